import { describe, expect, it } from 'vitest';
import { credentialsOf } from '../support/accounts.js';
import { ProtocolClient, send, sendJson, type Answer } from '../support/client.js';
import { redirectOf } from '../support/mailbox.js';
import { SampleApps, type SampleApp } from '../support/sample-app.js';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };
const NEW = { password: 'another battery', password_confirmation: 'another battery' };

const apps = new SampleApps();

/** The link in the newest mail to Ada, from what the application shows. */
async function newestLink({ url }: SampleApp): Promise<string> {
  const { body } = await send(`${url}/demo/mails?to=${ADA.email}`);
  const [link] = /http\S+/.exec(body.at(-1)?.body ?? '') ?? [];
  if (link === undefined) throw new Error('The newest mail holds no link.');
  return link;
}

const signUp = async (app: SampleApp, more: object = {}) =>
  await sendJson(`${app.url}/auth`, 'POST', { ...ADA, ...more });
const signIn = async (app: SampleApp, password = ADA.password) =>
  await sendJson(`${app.url}/auth/sign_in`, 'POST', { ...ADA, password });
const namesOf = ({ body }: Answer) => ({ name: body.data.name, nickname: body.data.nickname });

describe.each(['express', 'fastify'])('accounts of the sample application (%s)', (HTTP_ADAPTER) => {
  it('have a name and a nickname from sign-up on, and nothing else that a client names', async () => {
    const app = await apps.start({ HTTP_ADAPTER });
    const answer = await signUp(app, { name: 'Ada', nickname: 'Countess', authEpoch: 7, id: 99, role: 'admin' });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({ id: 1, email: ADA.email, name: 'Ada', nickname: 'Countess' });
    const ada = new ProtocolClient(app, credentialsOf(answer));
    const change = async (body: object) =>
      await sendJson(`${app.url}/auth`, 'PUT', body, { ...ada.headers, 'content-type': 'application/json' });

    expect(namesOf(await change({ nickname: 'Enchantress' }))).toEqual({ name: 'Ada', nickname: 'Enchantress' });
    expect(namesOf(await change({ name: '' }))).toEqual({ name: '', nickname: 'Enchantress' });
    const seen = await ada.go('/demo/members_only');
    expect(namesOf(seen)).toEqual({ name: '', nickname: 'Enchantress' });
  });

  it.each([
    ['name', 'x'.repeat(101), 'must be shorter than or equal to 100 characters'],
    ['nickname', { $ne: '' }, expect.any(String)],
    ['nickname', null, expect.any(String)],
    ['name', 'A\0da', 'is invalid'],
  ])('have no %s such as %j', async (key, value, fault) => {
    const app = await apps.start({ HTTP_ADAPTER });
    const refused = await signUp(app, { [key]: value });
    expect([refused.status, refused.body.errors[key]]).toEqual([422, [fault]]);
    expect((await signIn(app)).status).toBe(401);

    const ada = credentialsOf(await signUp(app, { name: 'Ada' }));
    const update = await sendJson(`${app.url}/auth`, 'PUT', { [key]: value }, ada);
    expect([update.status, update.body.errors[key]]).toEqual([422, [fault]]);
  });

  it('are confirmed by the link of a mail', async () => {
    const app = await apps.start({ HTTP_ADAPTER, TOKEN_AUTH_CONFIRMABLE: 'true' });
    const landing = `${app.url}/demo/landing`;
    expect((await signUp(app)).status).toBe(422);
    expect((await signUp(app, { confirm_success_url: landing })).status).toBe(200);
    expect((await signIn(app)).status).toBe(401);

    const link = await newestLink(app);
    expect(link).toContain(`${app.url}/auth/confirmation?`);
    const followed = await send(link);
    expect(redirectOf(followed)).toEqual({ to: landing, parameters: { account_confirmation_success: 'true' } });
    expect((await send(followed.headers.get('location') ?? '')).body).toEqual({
      data: { account_confirmation_success: 'true' },
    });
    expect((await signIn(app)).status).toBe(200);
  });

  it('get a new password by the token that the link of a mail hands to a page', async () => {
    const app = await apps.start({ HTTP_ADAPTER, TOKEN_AUTH_PATH: '/api/auth' });
    const auth = `${app.url}/api/auth`;
    await sendJson(auth, 'POST', ADA);
    const ask = async (redirect_url: string) =>
      await sendJson(`${auth}/password`, 'POST', { email: ADA.email, redirect_url });
    expect((await ask('https://evil.example.com/')).status).toBe(422);
    expect((await ask('http://localhost:5173/reset')).status).toBe(200);

    const { to, parameters } = redirectOf(await send(await newestLink(app)));
    expect(to).toBe('http://localhost:5173/reset');
    expect(Object.keys(parameters)).toEqual(['reset_password_token']);
    expect((await sendJson(`${auth}/password`, 'PUT', { ...NEW, ...parameters })).status).toBe(200);
    expect((await sendJson(`${auth}/sign_in`, 'POST', ADA)).status).toBe(401);
    expect((await sendJson(`${auth}/sign_in`, 'POST', { ...ADA, ...NEW })).status).toBe(200);
  });

  it('get a new password by a link that signs in, where it is to', async () => {
    const app = await apps.start({ HTTP_ADAPTER, TOKEN_AUTH_REQUIRE_CLIENT_PASSWORD_RESET_TOKEN: 'false' });
    await signUp(app);
    const landing = `${app.url}/demo/landing`;
    await sendJson(`${app.url}/auth/password`, 'POST', { email: ADA.email, redirect_url: landing });

    const { parameters } = redirectOf(await send(await newestLink(app)));
    const { 'access-token': token = '', client = '', uid = '' } = parameters;
    const credentials = { 'access-token': token, client, uid };
    expect((await send(`${app.url}/demo/members_only`, { headers: credentials })).status).toBe(200);
    expect((await sendJson(`${app.url}/auth/password`, 'PUT', NEW, credentials)).status).toBe(200);
    expect((await signIn(app, NEW.password)).status).toBe(200);
  });

  it('are locked after wrong passwords, and unlocked by the link of a mail', async () => {
    const variables = { TOKEN_AUTH_LOCKABLE: 'true', TOKEN_AUTH_MAXIMUM_ATTEMPTS: '2' };
    const app = await apps.start({ HTTP_ADAPTER, ...variables });
    await signUp(app);
    await signIn(app, 'wrong');
    await signIn(app, 'wrong');
    expect((await signIn(app)).status).toBe(401);
    expect((await send(await newestLink(app))).status).toBe(200);
    expect((await signIn(app)).status).toBe(200);
  });

  it('are used with a cookie alone in cookie mode', async () => {
    const app = await apps.start({ HTTP_ADAPTER, TOKEN_AUTH_COOKIE_ENABLED: 'true' });
    const [set = ''] = (await signUp(app)).headers.getSetCookie();
    expect(set).toMatch(/^__Host-auth_cookie=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const cookie = set.split(';', 1)[0] ?? '';
    const update = await sendJson(`${app.url}/auth`, 'PUT', { name: 'Ada' }, { cookie });
    expect([update.status, update.body.data.name, update.auth.accessToken]).toEqual([200, 'Ada', null]);
    const deletion = await send(`${app.url}/auth`, { method: 'DELETE', headers: { cookie } });
    expect([deletion.status, deletion.headers.getSetCookie()]).toEqual([
      200,
      [expect.stringMatching(/^__Host-auth_cookie=; Max-Age=0; /)],
    ]);
    expect((await send(`${app.url}/demo/members_only`, { headers: { cookie } })).status).toBe(401);
  });
});
