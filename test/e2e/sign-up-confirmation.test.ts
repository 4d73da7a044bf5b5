import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { send, sendJson, told } from '../support/client.js';
import { follow, Mailbox, PAGE, PUBLIC_URL, redirectOf } from '../support/mailbox.js';

const CONFIRM_SUCCESS_URL = { confirm_success_url: PAGE };

onEveryAdapter('a sign-up whose address has to be confirmed', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, { auth: { ...mailbox.options, confirmable: true, paranoid: false } });
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  it('answers 200 with the user, and signs in once the address is confirmed', async () => {
    const email = freshEmail();
    const answer = await signUp(app, { email, password: PASSWORD, ...CONFIRM_SUCCESS_URL });
    expect([answer.status, told(answer), answer.headers.get('cache-control')]).toEqual([200, 'nothing', null]);
    const user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
    expect(answer.body).toEqual({
      status: 'success',
      data: {
        id: user.id,
        provider: 'email',
        uid: email,
        email,
        name: '',
        created_at: user.createdAt.toISOString(),
        updated_at: user.updatedAt.toISOString(),
      },
    });
    expect(await app.rows()).toEqual([]);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);

    const confirmed = await follow(app, await mailbox.linkTo(app, email));
    expect([confirmed.status, told(confirmed)]).toEqual([302, 'nothing']);
    expect(redirectOf(confirmed)).toEqual({ to: PAGE, parameters: { account_confirmation_success: 'true' } });
    const signedIn = await signIn(app, { email, password: PASSWORD });
    expect([signedIn.status, told(signedIn)]).toEqual([200, 'token']);
  });

  it('mails one link, below the configured URL', async () => {
    const email = freshEmail();
    await signUp(app, { email: `  ${email.toUpperCase()} `, password: PASSWORD, ...CONFIRM_SUCCESS_URL });
    const mails = await mailbox.mailsTo(app, email);
    expect(mails.map(({ subject }) => subject)).toEqual(['Confirmation instructions']);
    const link = await mailbox.linkTo(app, email);
    expect(link.origin + link.pathname).toBe(`${PUBLIC_URL}/confirmation`);
    expect([...link.searchParams]).toEqual([
      ['config', 'default'],
      ['confirmation_token', expect.stringMatching(/^[\w-]{43}$/)],
      ['redirect_url', PAGE],
    ]);
  });

  it.each([
    ['the body', '', { config_name: 'admin' }, 'admin'],
    ['the query', '?config_name=admin', {}, 'admin'],
    ['the body rather than the query', '?config_name=query', { config_name: 'body' }, 'body'],
    ['nowhere when it is no text', '', { config_name: ['admin'] }, 'default'],
    ['nowhere when it is empty', '', { config_name: '' }, 'default'],
  ])('takes the label of the link from %s', async (_, query, body, label) => {
    const email = freshEmail();
    const account = { email, password: PASSWORD, ...CONFIRM_SUCCESS_URL, ...body };
    expect((await sendJson(`${app.url}/auth${query}`, 'POST', account)).status).toBe(200);
    expect((await mailbox.linkTo(app, email)).searchParams.get('config')).toBe(label);
  });

  it('takes the URL from the query too', async () => {
    const email = freshEmail();
    const query = new URLSearchParams(CONFIRM_SUCCESS_URL);
    expect((await sendJson(`${app.url}/auth?${query.toString()}`, 'POST', { email, password: PASSWORD })).status).toBe(
      200,
    );
    expect((await mailbox.linkTo(app, email)).searchParams.get('redirect_url')).toBe(PAGE);
  });

  it.each([[{}], [{ confirm_success_url: '' }], [{ confirm_success_url: null }], [{ confirm_success_url: [PAGE] }]])(
    'needs a URL to lead to: not %j',
    async (body) => {
      const email = freshEmail();
      const answer = await signUp(app, { email, password: PASSWORD, ...body });
      expect([answer.status, told(answer), answer.body]).toEqual([
        422,
        'nothing',
        {
          success: false,
          errors: ["Missing 'confirm_success_url' parameter."],
          status: 'error',
          data: { id: null, provider: 'email', uid: '', email, name: null, created_at: null, updated_at: null },
        },
      ]);
      expect(await app.dataSource.getRepository(User).countBy({ email })).toBe(0);
    },
  );

  it('needs one that is allowed', async () => {
    const email = freshEmail();
    const url = 'https://app.example.com.evil.example/welcome';
    const answer = await signUp(app, { email, password: PASSWORD, confirm_success_url: url });
    expect([answer.status, told(answer), answer.body]).toEqual([
      422,
      'nothing',
      {
        success: false,
        errors: [`Redirect to '${url}' not allowed.`],
        status: 'error',
        data: { id: null, provider: 'email', uid: '', email, name: null, created_at: null, updated_at: null },
      },
    ]);
    expect(await mailbox.mailsTo(app, email)).toEqual([]);
  });

  it('looks at the parameters, then at the URL, then at the account', async () => {
    const [nothing] = (await signUp(app, CONFIRM_SUCCESS_URL)).body.errors;
    expect(nothing).toBe('Please submit proper sign up data in request body.');
    const [missing] = (await signUp(app, { email: 'nobody' })).body.errors;
    expect(missing).toBe("Missing 'confirm_success_url' parameter.");
    const [refused] = (await signUp(app, { email: 'nobody', confirm_success_url: 'https://evil.example' })).body.errors;
    expect(refused).toBe("Redirect to 'https://evil.example' not allowed.");
    const invalid = await signUp(app, { email: 'nobody', ...CONFIRM_SUCCESS_URL });
    expect([invalid.status, invalid.body.errors.full_messages]).toEqual([
      422,
      ['Email is not an email', "Password can't be blank"],
    ]);
  });

  it('tells that an address is taken where accounts are not hidden', async () => {
    const email = freshEmail();
    await signUp(app, { email, password: PASSWORD, ...CONFIRM_SUCCESS_URL });
    const again = await signUp(app, { email, password: PASSWORD, ...CONFIRM_SUCCESS_URL });
    expect([again.status, told(again), again.body.errors]).toEqual([
      422,
      'nothing',
      { email: ['has already been taken'], full_messages: ['Email has already been taken'] },
    ]);
    expect(await mailbox.mailsTo(app, email)).toHaveLength(1);
  });
});

onEveryAdapter('the URL of a confirmation', (platform) => {
  let mailbox: Mailbox;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
  });
  afterAll(() => mailbox.close());

  it('can be configured, for clients that name none', async () => {
    const defaultConfirmSuccessUrl = 'https://www.example.com/hello';
    const auth = { ...mailbox.options, confirmable: true, defaultConfirmSuccessUrl };
    const app = await TestApp.start(platform, { auth });
    try {
      const [named, unnamed] = [freshEmail(), freshEmail()];
      expect((await signUp(app, { email: unnamed, password: PASSWORD })).status).toBe(200);
      expect((await signUp(app, { email: named, password: PASSWORD, ...CONFIRM_SUCCESS_URL })).status).toBe(200);
      expect(redirectOf(await follow(app, await mailbox.linkTo(app, unnamed))).to).toBe(defaultConfirmSuccessUrl);
      expect(redirectOf(await follow(app, await mailbox.linkTo(app, named))).to).toBe(PAGE);
    } finally {
      await app.close();
    }
  });

  it('is not looked at where nothing has to be confirmed', async () => {
    const app = await TestApp.start(platform, { auth: mailbox.options });
    try {
      for (const confirm_success_url of [PAGE, 'https://evil.example', 'javascript:alert(1)', ['x'], null]) {
        const email = freshEmail();
        const answer = await signUp(app, { email, password: PASSWORD, confirm_success_url });
        expect([answer.status, told(answer)]).toEqual([200, 'token']);
        expect(await mailbox.mailsTo(app, email)).toEqual([]);
      }
      for (const method of ['GET', 'POST']) {
        expect((await send(`${app.url}/auth/confirmation`, { method })).status).toBe(404);
      }
    } finally {
      await app.close();
    }
  });
});
