import { describe, expect, it } from 'vitest';
import { ADAPTERS } from '../support/app.js';
import { TestBrowser } from '../support/browser.js';
import { send } from '../support/client.js';
import { SampleApps } from '../support/sample-app.js';

const apps = new SampleApps();

describe('the provider of the sample application', () => {
  it.each(ADAPTERS)('signs in by a provider of its own, without a human (%s)', async (adapter) => {
    const { url, printed } = await apps.start({
      DEMO_OIDC: '',
      HTTP_ADAPTER: adapter,
      DATABASE_URL: 'sqlite::memory:',
    });
    expect(printed).toContain(`'${url}/auth/demo?auth_origin_url=${url}/demo/landing'`);
    const landing = `${url}/demo/landing`;
    for (const isNew of [true, false]) {
      const browser = new TestBrowser({ url }, `${url}/auth`);
      const { to, parameters } = await browser.go(`${url}/auth/demo?auth_origin_url=${landing}`, (location) =>
        location.startsWith(landing),
      );
      expect(to).toBe(landing);
      expect('oauth_registration' in parameters).toBe(isNew);
      const { auth_token: token = '', client_id: client = '', uid = '' } = parameters;
      const { body } = await send(`${url}/demo/members_only`, { headers: { 'access-token': token, client, uid } });
      expect(JSON.stringify(body)).toContain('demo@example.com');
    }
  });

  it('goes on when somebody comes back to a question that it has not asked', async () => {
    const { url } = await apps.start({ DEMO_OIDC: '1', DATABASE_URL: 'sqlite::memory:' });
    const begun = await send(`${url}/auth/demo?auth_origin_url=${url}/demo/landing`, { redirect: 'manual' });
    const { origin } = new URL(begun.headers.get('location') ?? '');
    expect((await fetch(`${origin}/interaction/unknown`)).status).toBe(400);
    expect((await send(`${url}/auth/validate_token`)).status).toBe(401);
  });

  it('is none with DEMO_OIDC=0', async () => {
    const { url } = await apps.start({ DEMO_OIDC: '0' });
    expect((await send(`${url}/auth/demo?auth_origin_url=${url}/demo/landing`)).status).toBe(404);
  });

  it('does not start in production, nor with anything else', async () => {
    const { stderr } = await apps.fail({ DEMO_OIDC: '1', NODE_ENV: 'production' });
    expect(stderr).toBe('DEMO_OIDC lets everybody in without asking, which is not for production\n');
    expect((await apps.fail({ DEMO_OIDC: 'yes' })).stderr).toBe('DEMO_OIDC must be one of 0, 1\n');
  });
});
