import { identityEntityFor, Identity } from 'nestjs-token-auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryPlatform, TestApp, User } from '../support/app.js';
import { TestBrowser } from '../support/browser.js';
import { ProtocolClient } from '../support/client.js';
import { PUBLIC_URL } from '../support/mailbox.js';
import { OidcServer } from '../support/oidc.js';
import { expectSignedIn } from '../support/visits.js';

const PAGE = 'https://app.example.com/oauth';

onEveryPlatform('signing in by a provider', (platform) => {
  let oidc: OidcServer;
  let app: TestApp;
  beforeAll(async () => {
    oidc = await OidcServer.start([`${PUBLIC_URL}/acme/callback`]);
    app = await TestApp.start(platform, {
      auth: {
        publicUrl: PUBLIC_URL,
        redirectAllowlist: ['https://app.example.com'],
        oauth: { acme: oidc.provider() },
      },
    });
  });
  afterAll(async () => {
    await app.close();
    await oidc.close();
  });

  const identities = async (): Promise<Identity[]> =>
    await app.dataSource.getRepository(identityEntityFor(User)).find();

  it('makes an account at the first time, and finds it again', async () => {
    oidc.person = { sub: 'ada', email: 'Ada@Example.com', email_verified: true, name: 'Ada' };
    const first = await new TestBrowser(app).signIn('acme', { auth_origin_url: PAGE, config_name: 'shop' });
    expect(first.to).toBe(PAGE);
    const { auth_token: accessToken, client_id: client, expiry, ...rest } = first.parameters;
    expect(rest).toEqual({ uid: 'ada', config: 'shop', oauth_registration: 'true', blank: 'true' });
    expect(expiry).toMatch(/^\d{10}$/);
    const user = await app.dataSource.getRepository(User).findOneByOrFail({ uid: 'ada' });
    expect(user).toMatchObject({ provider: 'acme', email: 'ada@example.com', name: 'Ada' });
    expect(await identities()).toMatchObject([{ provider: 'acme', subject: 'ada', email: 'ada@example.com' }]);
    await expectSignedIn(
      app,
      new ProtocolClient(app, { 'access-token': accessToken ?? '', client: client ?? '', uid: 'ada' }),
    );

    const second = await new TestBrowser(app).signIn('acme', { auth_origin_url: PAGE });
    expect(second.parameters).toMatchObject({ uid: 'ada', config: '', blank: 'true' });
    expect(second.parameters).not.toHaveProperty('oauth_registration');
    expect(await identities()).toHaveLength(1);
  });
});
