import { getTokenAuthToken, Identities, identityEntityFor, TokenAuthModule } from 'nestjs-token-auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryAdapter, onEveryDatabase, TestApp, User } from '../support/app.js';
import { TestBrowser } from '../support/browser.js';
import { clientOf, OauthApp, ORIGIN_PAGE } from '../support/oauth-app.js';
import { OidcServer } from '../support/oidc.js';
import { PUBLIC_URL } from '../support/mailbox.js';
import { Admin, RealmController } from '../support/realms.js';

const ADMIN_URL = 'https://api.example.com/admin_auth';
const BOSS = { sub: 'boss', email: 'boss@example.com', email_verified: true };

onEveryAdapter('providers of several kinds of users', (platform) => {
  let oidc: OidcServer;
  let app: TestApp;
  beforeAll(async () => {
    oidc = await OidcServer.start([`${PUBLIC_URL}/acme/callback`, `${ADMIN_URL}/acme/callback`]);
    const options = { redirectAllowlist: ['https://app.example.com'], oauth: { acme: oidc.provider() } };
    const admins = { userEntity: Admin, path: 'admin_auth', publicUrl: ADMIN_URL, ...options };
    app = await TestApp.start(platform, {
      auth: { publicUrl: PUBLIC_URL, ...options },
      imports: [TokenAuthModule.forFeature(admins)],
      controllers: [RealmController],
    });
  });
  afterAll(async () => {
    await app.close();
    await oidc.close();
  });

  const userBrowser = () => new TestBrowser(app);
  const adminBrowser = () => new TestBrowser(app, ADMIN_URL, '/admin_auth');
  const query = { auth_origin_url: ORIGIN_PAGE };

  it('sign in to accounts of their own', async () => {
    oidc.person = BOSS;
    const user = clientOf(app, (await userBrowser().signIn('acme', query)).parameters);
    const admin = clientOf(app, (await adminBrowser().signIn('acme', query)).parameters);
    expect((await user.peek('/users')).body).toMatchObject({ kind: 'User' });
    expect((await admin.peek('/admins')).body).toMatchObject({ kind: 'Admin' });
    expect((await user.peek('/admins')).status).toBe(401);
    for (const entity of [User, Admin]) {
      expect(await app.dataSource.getRepository(identityEntityFor(entity)).count()).toBe(1);
    }
  });

  it('do not take each other’s answers', async () => {
    oidc.person = BOSS;
    const browser = userBrowser();
    const callback = await browser.untilCallback('acme', query);
    const other = adminBrowser();
    for (const [host, jar] of browser.cookies) other.cookies.set(host, jar);
    const arrived = await other.go(callback.replace(PUBLIC_URL, ADMIN_URL));
    expect(arrived.answer.status).toBe(422);
    expect((await browser.go(callback)).to).toBe(ORIGIN_PAGE);
  });

  it('are looked after by a service for each', async () => {
    const admin = await app.dataSource.getRepository(Admin).findOneByOrFail({ uid: 'boss' });
    const identities = app.nest.get<Identities<Admin>>(getTokenAuthToken(Identities, Admin));
    expect(await identities.list(admin)).toEqual([
      { provider: 'acme', subject: 'boss', email: 'boss@example.com', createdAt: expect.any(Date) },
    ]);
    await expect(app.nest.get(Identities).list(admin as never)).rejects.toThrow('A Admin is not a User');
  });
});

onEveryDatabase('identities for programs', (platform) => {
  let oauth: OauthApp;
  let identities: Identities<User>;
  beforeAll(async () => {
    oauth = await OauthApp.start(platform);
    identities = oauth.app.nest.get(Identities);
  });
  afterAll(() => oauth.close());

  it('are added to a user, who then signs in by them, and taken away', async () => {
    const [ada, eve] = [await oauth.app.user(), await oauth.app.user()];
    const linked = oauth.record('identity.linked');
    const key = { provider: 'acme', subject: 'ada' };
    expect(await identities.link(ada, { ...key, email: 'ada@example.com' })).toBe(true);
    expect(await identities.link(ada, key)).toBe(true);
    expect(await identities.link(eve, key)).toBe(false);
    expect(linked).toMatchObject([{ user: { id: ada.id }, provider: 'acme' }]);
    expect(await identities.list(ada)).toMatchObject([{ ...key, email: 'ada@example.com' }]);
    expect(await identities.list(eve)).toEqual([]);
    expect((await oauth.signIn({ sub: 'ada' })).parameters).toMatchObject({ uid: ada.uid });

    expect(await identities.unlink(eve, key)).toBe(false);
    expect(await identities.unlink(ada, { ...key, subject: 'ADA' })).toBe(false);
    expect(await identities.unlink(ada, key)).toBe(true);
    expect(await identities.unlink(ada, key)).toBe(false);
    expect((await oauth.signIn({ sub: 'ada' })).parameters).toMatchObject({ oauth_registration: 'true' });
  });

  it.each([
    { provider: 'acme', subject: '' },
    { provider: '', subject: 'ada' },
    { provider: 'acme', subject: 'a'.repeat(256) },
    { provider: 'acme', subject: 'a\0' },
    { provider: 'acme', subject: undefined },
  ])('cannot be %j', async (key) => {
    const user = await oauth.app.user();
    await expect(identities.link(user, key as never)).rejects.toThrow(TypeError);
    await expect(identities.unlink(user, key as never)).rejects.toThrow(TypeError);
  });

  it('go with their account', async () => {
    const { parameters } = await oauth.signIn({ sub: 'gone' });
    const client = clientOf(oauth.app, parameters);
    expect((await client.peek('/auth', { method: 'DELETE' })).status).toBe(200);
    expect((await oauth.identities()).map(({ subject }) => subject)).not.toContain('gone');
    expect((await oauth.signIn({ sub: 'gone' })).parameters).toMatchObject({ oauth_registration: 'true' });
  });
});
