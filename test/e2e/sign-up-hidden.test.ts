import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryServer, onEveryPlatform, TestApp, User } from '../support/app.js';
import { told, type Answer } from '../support/client.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';
import { WorkLog } from '../support/work.js';

const VARYING = new Set(['date', 'etag', 'connection', 'keep-alive']);

/** A transaction ends with either. */
const nameOf = (statement: string) => (statement === 'ROLLBACK' ? 'COMMIT' : statement);

const headersOf = ({ headers }: Answer) => [...headers].filter(([name]) => !VARYING.has(name));

onEveryPlatform('a sign-up where accounts are hidden', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let owner: string;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, { auth: { ...mailbox.options, confirmable: true } });
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });
  beforeEach(async () => {
    owner = freshEmail();
    await signUp(app, { email: owner, password: PASSWORD, confirm_success_url: PAGE });
    await follow(app, await mailbox.linkTo(app, owner));
  });

  const signUpAs = (email: string) =>
    signUp(app, { email, password: 'another horse', name: 'Eve', confirm_success_url: PAGE });

  async function storedUser(email: string) {
    const users = app.dataSource.getRepository(User).createQueryBuilder('user');
    return await users.addSelect(['user.encryptedPassword', 'user.confirmedAt']).where({ email }).getOneOrFail();
  }

  it('is answered alike whether the address is taken or not', async () => {
    const stranger = `x${owner}`;
    const [free, taken] = [await signUpAs(stranger), await signUpAs(owner)];
    expect([free.status, told(free)]).toEqual([200, 'nothing']);
    expect(free.body).toEqual({
      status: 'success',
      data: {
        id: null,
        provider: 'email',
        uid: '',
        email: stranger,
        name: null,
        created_at: null,
        updated_at: null,
      },
    });
    expect([taken.status, told(taken), taken.body]).toEqual([
      200,
      'nothing',
      { ...free.body, data: { ...free.body.data, email: owner } },
    ]);
    expect(Object.keys(taken.body.data)).toEqual(Object.keys(free.body.data));
    const lengths = headersOf(taken).map(([name, value]) => (name === 'content-length' ? Number(value) + 1 : value));
    expect(lengths).toEqual(
      headersOf(free).map(([name, value]) => (name === 'content-length' ? Number(value) : value)),
    );
  });

  it('leaves the account of a taken address as it was, and mails its owner', async () => {
    const before = await storedUser(owner);
    await signUpAs(owner);
    await signUpAs(` ${owner.toUpperCase()}`);
    const mails = await mailbox.mailsTo(app, owner);
    expect(mails.map(({ subject }) => subject)).toEqual([
      'Confirmation instructions',
      'You already have an account',
      'You already have an account',
    ]);
    expect(mails.at(-1)?.text).not.toMatch(/https?:/);
    expect(await storedUser(owner)).toStrictEqual(before);
    expect((await signIn(app, { email: owner, password: PASSWORD })).status).toBe(200);
    expect((await signIn(app, { email: owner, password: 'another horse' })).status).toBe(401);
  });

  it('refuses what is wrong with it alike', async () => {
    const body = { password: 'short', confirm_success_url: PAGE };
    const refusals = [await signUp(app, { ...body, email: owner }), await signUp(app, { ...body, email: `x${owner}` })];
    for (const { status, body: told } of refusals) {
      expect([status, told.errors]).toEqual([
        422,
        {
          password: ['is too short (minimum is 8 characters)'],
          full_messages: ['Password is too short (minimum is 8 characters)'],
        },
      ]);
    }
    expect(await mailbox.mailsTo(app, owner)).toHaveLength(1);
  });
});

// An embedded database does its work within the same process: there is nothing that anybody could measure.
onEveryServer('the work of a sign-up where accounts are hidden', (platform) => {
  it('is the same until the answer, whether the address is taken or not', async () => {
    const mailbox = await Mailbox.open();
    const log = new WorkLog();
    const app = await TestApp.start(platform, {
      auth: { ...mailbox.options, confirmable: true },
      configure: log.configure,
    });
    try {
      const workOf = async (email: string) => {
        const request = () => signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE });
        return (await log.of(app, request)).work.map(nameOf);
      };
      const [owner, stranger] = [freshEmail(), freshEmail()];
      await workOf(owner);
      expect(await workOf(owner)).toEqual(await workOf(stranger));
    } finally {
      await app.close();
      await mailbox.close();
    }
  });
});
