import { TOTP, URI } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { credentialsOf } from '../support/accounts.js';
import { ProtocolClient, send, sendJson, told, type Answer } from '../support/client.js';
import { redirectOf } from '../support/mailbox.js';
import { SampleApps, type SampleApp } from '../support/sample-app.js';
import { asJson } from '../support/updates.js';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };
const PATH = '/demo/second_factor';
const STEP = 30_000;

const apps = new SampleApps();

/** Ada with a second factor that is on, and her authenticator. The code that switched it on is that of this time step. */
async function enrolled(app: SampleApp): Promise<{ ada: ProtocolClient; totp: TOTP }> {
  const ada = new ProtocolClient(app, credentialsOf(await sendJson(`${app.url}/auth`, 'POST', ADA)));
  const { body } = await ada.go(PATH, { method: 'POST' });
  const totp = URI.parse(body.data.uri) as TOTP;
  expect(totp).toBeInstanceOf(TOTP);
  const { status } = await ada.go(PATH, asJson('PUT', { otp: codeOf(totp) }));
  expect(status).toBe(200);
  return { ada, totp };
}

/** The code of this time step, or of one some steps from it. */
const codeOf = (totp: TOTP, steps = 0) => totp.generate({ timestamp: Date.now() + steps * STEP });
const signIn = async ({ url }: SampleApp, more: object = {}) =>
  await sendJson(`${url}/auth/sign_in`, 'POST', { ...ADA, ...more });
const outcome = ({ status, code, ...answer }: Answer) => [status, code, told({ status, ...answer })];

const REQUIRED = [422, 'second_factor_required', 'nothing'];
const INVALID = [422, 'second_factor_invalid', 'nothing'];
const SIGNED_IN = [200, undefined, 'token'];

describe.each(['express', 'fastify'])('a second factor in the sample application (%s)', (HTTP_ADAPTER) => {
  it('is asked for once it has been switched on with a code', async () => {
    const app = await apps.start({ HTTP_ADAPTER });
    expect((await send(app.url + PATH, { method: 'POST' })).status).toBe(401);
    const ada = new ProtocolClient(app, credentialsOf(await sendJson(`${app.url}/auth`, 'POST', ADA)));
    const { body } = await ada.go(PATH, { method: 'POST' });
    expect(body.data.uri).toMatch(
      /^otpauth:\/\/totp\/Sample%20app:ada%40example\.com\?issuer=Sample%20app&secret=[A-Z2-7]{32}&/,
    );
    expect(outcome(await signIn(app))).toEqual(SIGNED_IN);

    // Who asks again gets another secret, and codes of the one before serve no more.
    const [old, totp] = [body.data.uri, (await ada.go(PATH, { method: 'POST' })).body.data.uri].map(
      (uri) => URI.parse(uri) as TOTP,
    );
    expect((await ada.go(PATH, asJson('PUT', { otp: codeOf(old!) }))).code).toBe('second_factor_invalid');
    expect(outcome(await signIn(app))).toEqual(SIGNED_IN);
    expect((await ada.go(PATH, asJson('PUT', { otp: codeOf(totp!) }))).status).toBe(200);
    expect(outcome(await signIn(app))).toEqual(REQUIRED);
    expect((await ada.go(PATH, { method: 'POST' })).status).toBe(409);
  });

  it('lets in with the right code, once, a step early or late', async () => {
    const app = await apps.start({ HTTP_ADAPTER });
    const { totp } = await enrolled(app);
    expect(outcome(await signIn(app))).toEqual(REQUIRED);
    for (const otp of [
      '',
      '000',
      123456,
      null,
      ['1'],
      { $ne: '' },
      'abcdef',
      '1'.repeat(9999),
      codeOf(totp, -3),
      codeOf(totp, 5),
    ]) {
      expect(outcome(await signIn(app, { otp }))).toEqual(INVALID);
    }
    expect(outcome(await signIn(app, { password: 'wrong', otp: codeOf(totp) }))).toEqual([
      401,
      'bad_credentials',
      'nothing',
    ]);
    // The one that switched it on has been used.
    expect(outcome(await signIn(app, { otp: codeOf(totp, -1) }))).toEqual(INVALID);
    const otp = codeOf(totp, 1);
    expect(outcome(await signIn(app, { otp }))).toEqual(SIGNED_IN);
    expect(outcome(await signIn(app, { otp }))).toEqual(INVALID);
  });

  it('lets one of many in that show the same code at once', async () => {
    const app = await apps.start({ HTTP_ADAPTER });
    const { totp } = await enrolled(app);
    const otp = codeOf(totp, 1);
    const answers = await Promise.all(Array.from({ length: 8 }, () => signIn(app, { otp })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'second_factor_invalid')).toHaveLength(7);
  });

  it('is asked for after a reset too, whose token serves until the code is right', async () => {
    const app = await apps.start({ HTTP_ADAPTER });
    const { totp } = await enrolled(app);
    const link = await resetLink(app);
    const { reset_password_token } = redirectOf(await send(link)).parameters;
    const reset = async (more: object = {}) => {
      const password = { password: 'another battery', password_confirmation: 'another battery' };
      return await sendJson(`${app.url}/auth/password`, 'PUT', { reset_password_token, ...password, ...more });
    };
    expect(outcome(await reset())).toEqual(REQUIRED);
    expect(outcome(await reset({ otp: '000000x' }))).toEqual(INVALID);
    expect((await signIn(app)).code).toBe('second_factor_required');
    expect(outcome(await reset({ otp: codeOf(totp, 1) }))).toEqual(SIGNED_IN);
    expect((await signIn(app)).status).toBe(401);
  });

  it('is not got round by a reset link that signs in', async () => {
    const app = await apps.start({ HTTP_ADAPTER, TOKEN_AUTH_REQUIRE_CLIENT_PASSWORD_RESET_TOKEN: 'false' });
    await enrolled(app);
    const answer = await send(await resetLink(app));
    expect([outcome(answer), answer.headers.get('location')]).toEqual([REQUIRED, null]);
  });

  it('is switched off with a code, and goes with its account', async () => {
    const app = await apps.start({ HTTP_ADAPTER });
    const { ada, totp } = await enrolled(app);
    expect((await ada.go(PATH, asJson('DELETE', { otp: codeOf(totp, -1) }))).code).toBe('second_factor_invalid');
    expect((await ada.go(PATH, asJson('DELETE', { otp: codeOf(totp, 1) }))).status).toBe(200);
    expect(outcome(await signIn(app))).toEqual(SIGNED_IN);
    await ada.go(PATH, { method: 'POST' });
    expect((await ada.go('/auth', { method: 'DELETE' })).status).toBe(200);
  });

  it('is not switched off by trying codes out', async () => {
    const app = await apps.start({ HTTP_ADAPTER });
    const { ada, totp } = await enrolled(app);
    for (let tries = 0; tries < 10; tries++) await ada.go(PATH, asJson('DELETE', { otp: codeOf(totp, -3) }));
    const otp = codeOf(totp, 1);
    expect((await ada.go(PATH, asJson('DELETE', { otp }))).code).toBe('second_factor_invalid');
    // Its owner can still sign in.
    expect(outcome(await signIn(app, { otp }))).toEqual(SIGNED_IN);
  });
});

async function resetLink({ url }: SampleApp): Promise<string> {
  const asked = { email: ADA.email, redirect_url: `${url}/demo/landing` };
  expect((await sendJson(`${url}/auth/password`, 'POST', asked)).status).toBe(200);
  const { body } = await send(`${url}/demo/mails?to=${ADA.email}`);
  const [link = ''] = /http\S+/.exec(body.at(-1)?.body ?? '') ?? [];
  return link;
}
