import { PasswordHasher, TokenService, type PasswordVerdict } from 'nestjs-token-auth';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { ProtocolClient, sendJson, told, type AuthHeaderValues } from '../support/client.js';
import { Latch } from '../support/latch.js';
import { MembersController } from '../support/members.js';
import { quickDigestOf } from '../support/slow-hasher.js';

const ACCOUNT = { email: 'ada@example.com', password: 'correct horse' };
let latch: Latch | null;

/** Stops a sign-in between its check of the password and its client. */
class SlowHasher extends PasswordHasher {
  override async hash(password: string): Promise<string> {
    return quickDigestOf(password);
  }

  override async verify(password: string, digest: string | null): Promise<PasswordVerdict> {
    await latch?.wait();
    return { valid: digest === quickDigestOf(password), outdated: false };
  }
}

onEveryDatabase('a sign-in that has checked the password when all clients are ended', (platform) => {
  let app: TestApp;
  let user: User;
  beforeEach(async () => {
    latch = null;
    app = await TestApp.start(platform, {
      auth: { passwordHasher: SlowHasher },
      controllers: [MembersController],
    });
    await sendJson(`${app.url}/auth`, 'POST', ACCOUNT);
    user = await app.dataSource.getRepository(User).findOneByOrFail({ uid: ACCOUNT.email });
  });
  afterEach(async () => {
    latch?.release();
    await app.close();
  });

  function clientOf({ accessToken, client, uid }: AuthHeaderValues): ProtocolClient {
    return new ProtocolClient(app, { 'access-token': accessToken ?? '', client: client ?? '', uid: uid ?? '' });
  }

  it('ends up with a dead client', async () => {
    latch = new Latch();
    const signIn = sendJson(`${app.url}/auth/sign_in`, 'POST', ACCOUNT);
    await latch.reached;
    await app.nest.get(TokenService).revokeAll(user);
    latch.release();

    const late = clientOf((await signIn).auth);
    expect(late.token).not.toBe('');
    expect((await late.go('/members')).status).toBe(401);
    app.clock.advance('6s');
    const refused = await late.go('/members');
    expect([refused.status, told(refused)]).toEqual([401, 'nothing']);
    expect(await app.nest.get(TokenService).list(user)).toEqual([]);

    latch = null;
    const next = clientOf((await sendJson(`${app.url}/auth/sign_in`, 'POST', ACCOUNT)).auth);
    expect((await next.go('/members')).status).toBe(200);
  });

  it('is the same for a program that names the epoch at which it knew the user', async () => {
    const tokens = app.nest.get(TokenService);
    const authEpoch = 0;
    expect(await tokens.authenticate(await tokens.issue(user, { authEpoch }))).not.toBeNull();
    await tokens.revokeAll(user);
    expect(await tokens.authenticate(await tokens.issue(user, { authEpoch }))).toBeNull();
    expect(await tokens.authenticate(await tokens.issue(user))).not.toBeNull();
  });
});
