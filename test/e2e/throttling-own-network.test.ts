import { tokenEntityFor, TokenService } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { Attempts } from '../support/throttling.js';

const LIMIT = 3;
const WINDOW = 15 * 60;
const HOME = '192.0.2.7';

onEveryDatabase('an account whose attempts somebody else has used up', (platform) => {
  let app: TestApp;
  let attempts: Attempts;
  let user: User;
  let owner: string;
  beforeAll(async () => {
    app = await TestApp.start(platform, {
      auth: { throttleAccountLimit: LIMIT, throttleWindow: '15m', tokenLifespan: '1 day' },
    });
    attempts = new Attempts(app);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    user = await app.user();
    owner = user.email ?? '';
    await attempts.failTimes(LIMIT, owner);
  });

  /** Signs the owner in from an address; tells the name of the client. */
  async function signInFrom(ip: string | null, whose = user): Promise<string> {
    return (await app.nest.get(TokenService).issue(whose, { origin: { ip, userAgent: null } })).client;
  }

  it('can be signed in to from a network where it is signed in', async () => {
    expect(await attempts.succeed(owner, HOME)).toBe(WINDOW);
    await signInFrom(HOME);
    expect(await attempts.fail(owner)).toBe(WINDOW);
    expect(await attempts.succeed(owner, HOME)).toBe(true);
  });

  it('has as many attempts there, which are counted for themselves', async () => {
    await signInFrom(HOME);
    await signInFrom('198.51.100.1');
    app.clock.advance('1m');
    await attempts.failTimes(LIMIT, owner, HOME);
    // The account's own window ends first.
    expect(await attempts.succeed(owner, HOME)).toBe(WINDOW - 60);
    await attempts.failTimes(LIMIT, owner, '198.51.100.9');
    expect(await attempts.fail(owner, '198.51.100.9')).toBe(WINDOW - 60);
    app.clock.advance('14m');
    await attempts.failTimes(LIMIT, owner);
    expect(await attempts.fail(owner, HOME)).toBe(60);
    app.clock.advance('1m');
    await attempts.failTimes(LIMIT, owner, HOME);
    expect(await attempts.fail(owner, HOME)).toBe(14 * 60);
  });

  it('has none of those before the others are used up', async () => {
    await signInFrom(HOME);
    await attempts.forget(owner);
    await attempts.failTimes(LIMIT, owner, HOME);
    await attempts.failTimes(LIMIT, owner, HOME);
    expect(await attempts.fail(owner, HOME)).toBe(WINDOW);
  });

  it('starts anew everywhere when it is signed in to from there', async () => {
    await signInFrom(HOME);
    await attempts.failTimes(LIMIT - 1, owner, HOME);
    expect(await attempts.succeed(owner, HOME)).toBe(true);
    await attempts.failTimes(LIMIT, owner);
    await attempts.failTimes(LIMIT, owner, HOME);
    expect(await attempts.fail(owner, HOME)).toBe(WINDOW);
  });

  it('starts anew when its owner has proven to be it', async () => {
    await attempts.forget(owner);
    expect(await attempts.succeed(owner)).toBe(true);
  });

  it.each([
    ['the same address', HOME, HOME, true],
    ['a neighbour', HOME, '192.0.2.250', true],
    ['another network', HOME, '192.0.3.7', false],
    ['the same within IPv6', HOME, `::ffff:${HOME}`, true],
    ['the same /64', '2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', true],
    ['another /64', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['nowhere', null, null, false],
    ['what is no address', 'unknown', 'unknown', false],
  ])('knows its networks: %s', async (_, signedIn, from, own) => {
    await signInFrom(signedIn);
    expect(await attempts.fail(owner, from)).toBe(own ? true : WINDOW);
  });

  it.each([
    ['has signed out', async (client: string) => await rows().delete({ client })],
    ['has expired', async () => app.clock.advance('25h')],
    ['lived before everybody was signed out', async () => await users().update({ id: user.id }, { authEpoch: 1 })],
  ])('is not signed in where its client %s', async (_, end) => {
    await end(await signInFrom(HOME));
    await attempts.forget(owner);
    await attempts.failTimes(LIMIT, owner);
    expect(await attempts.fail(owner, HOME)).toBe(WINDOW);
  });

  it('is not signed in where somebody else is', async () => {
    await signInFrom(HOME, await app.user());
    expect(await attempts.fail(owner, HOME)).toBe(WINDOW);
  });

  const users = () => app.dataSource.getRepository(User);
  const rows = () => app.dataSource.getRepository(tokenEntityFor(User));
});
