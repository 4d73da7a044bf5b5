import { MaxLength } from 'class-validator';
import { tokenEntityFor } from 'nestjs-token-auth';
import { languages } from 'nestjs-token-auth/languages';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, sendJson } from '../support/client.js';
import { asking, wrongSignIn } from '../support/languages.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';
import { MembersController } from '../support/members.js';

const { de, en, he } = languages;

class Profile {
  @MaxLength(3, { message: 'darf höchstens drei Zeichen haben' })
  name = '';
}

onEveryAdapter('in its language, a request', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const own = {
      languages: { de: { ...de, attribute_nickname: 'Spitzname' }, he },
      lockable: true,
      confirmable: true,
    };
    const limits = { throttleAccountLimit: 1, defaultConfirmSuccessUrl: PAGE };
    app = await TestApp.start(platform, {
      auth: { ...mailbox.options, ...own, ...limits, signUpDto: Profile, accountUpdateDto: Profile },
      controllers: [MembersController],
    });
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  const signUp = async (body: object, language: string) =>
    await sendJson(`${app.url}/auth`, 'POST', body, asking(language));

  it('is told what has been done', async () => {
    const client = await ProtocolClient.signedIn(app);
    const { status, body } = await client.go('/auth', { method: 'DELETE', headers: asking('de') });
    const message = `Das Konto mit der UID „${client.headers['uid']}“ wurde gelöscht.`;
    expect([status, body]).toEqual([200, { status: 'success', message }]);
    const asked = await sendJson(`${app.url}/auth/unlock`, 'POST', { email: freshEmail() }, asking('he'));
    expect(asked.body).toEqual({ success: true, message: he.unlock_sent_paranoid });
  });

  it('is told what is wrong with each attribute, and in sentences', async () => {
    const wrong = { email: 'x', password: 'kurz', password_confirmation: 'anders' };
    const { status, body, errorCodes, code } = await signUp(wrong, 'de');
    expect([status, code]).toEqual([422, 'invalid_record']);
    expect(body.errors).toEqual({
      email: ['ist keine E-Mail-Adresse'],
      password: ['ist zu kurz (mindestens 8 Zeichen)'],
      password_confirmation: ['stimmt nicht mit dem Passwort überein'],
      full_messages: [
        'E-Mail ist keine E-Mail-Adresse',
        'Passwort ist zu kurz (mindestens 8 Zeichen)',
        'Passwortbestätigung stimmt nicht mit dem Passwort überein',
      ],
    });
    expect(errorCodes).toEqual({ email: ['not_email'], password: ['too_short'], password_confirmation: ['mismatch'] });
    const inHebrew = await signUp(wrong, 'he');
    expect(inHebrew.errorCodes).toEqual(errorCodes);
    expect(inHebrew.body.errors.full_messages[0]).toBe(`${he.attribute_email}: ${he.not_email}`);
  });

  it('is told in the words of the application what that says itself', async () => {
    const { body, errorCodes } = await signUp({ email: freshEmail(), password: PASSWORD, name: 'Adalbert' }, 'he');
    expect(body.errors.name).toEqual(['darf höchstens drei Zeichen haben']);
    expect(body.errors.full_messages).toEqual(['Name: darf höchstens drei Zeichen haben']);
    expect(errorCodes).toEqual({ name: ['invalid'] });
  });

  it('is told by a guard that it has to sign in', async () => {
    const { status, code, body } = await send(`${app.url}/members`, { headers: asking('de') });
    expect([status, code, body]).toEqual([401, 'unauthenticated', { errors: [de.unauthenticated] }]);
  });

  it('is told that it has tried too often', async () => {
    const email = freshEmail();
    const attempt = async () =>
      await sendJson(`${app.url}/auth/sign_in`, 'POST', { email, password: 'wrong' }, asking('de'));
    expect((await attempt()).body.errors).toEqual([de.bad_credentials]);
    const { status, code, body } = await attempt();
    expect([status, code, body]).toEqual([
      429,
      'too_many_attempts',
      { success: false, errors: [de.too_many_attempts] },
    ]);
  });

  it.each([
    ['de', 'ltr', de],
    ['he', 'rtl', he],
    ['fr', 'ltr', en],
  ] as const)('gets a page that can be read, where a link ends at one (%s)', async (language, direction, texts) => {
    const { email } = await newAccount(app);
    await sendJson(`${app.url}/auth/unlock`, 'POST', { email });
    const { status, body, headers } = await follow(app, await mailbox.linkTo(app, email), {
      headers: asking(language),
    });
    expect(status).toBe(200);
    expect(body).toContain(`<html lang="${texts === en ? 'en' : language}" dir="${direction}">`);
    expect(body).toContain(`<p>${texts.unlocked}</p>`);
    expect(headers.get('vary')).toBe('Accept-Language');
  });

  it('is told on a page what is wrong with a link', async () => {
    const { status, body } = await send(`${app.url}/auth/unlock?unlock_token=none`, { headers: asking('de') });
    expect([status, body.errors]).toEqual([404, [de.invalid_link]]);
  });
});

describe('in its language, where something stands in the way,', () => {
  onEveryAdapter('a request', (platform) => {
    let app: TestApp;
    afterEach(() => app.close());

    it('of another origin is told so', async () => {
      const auth = { languages: { de }, cookieEnabled: true };
      app = await TestApp.start(platform, { auth, controllers: [MembersController] });
      const { status, code, body } = await wrongSignIn(app, { ...asking('de'), origin: 'https://evil.example' });
      expect([status, code, body]).toEqual([403, 'cross_site', { success: false, errors: [de.cross_site] }]);
    });

    it('is told that it has to come again', async () => {
      app = await TestApp.start(platform, { auth: { languages: { de } }, controllers: [MembersController] });
      const client = await ProtocolClient.signedIn(app);
      await app.dataSource.query(`DROP TABLE ${app.dataSource.getMetadata(tokenEntityFor(User)).tableName}`);
      const { status, code, body, headers } = await client.peek('/members', { headers: asking('de') });
      expect([status, code, body]).toEqual([503, 'unavailable', { success: false, errors: [de.unavailable] }]);
      expect([headers.get('retry-after'), headers.get('vary')]).toEqual(['5', 'Accept-Language']);
    });
  });
});
