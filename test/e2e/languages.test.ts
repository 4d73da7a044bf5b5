import { languages } from 'nestjs-token-auth/languages';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { asking, wrongSignIn } from '../support/languages.js';
import { sendRaw } from '../support/raw-http.js';

const wordsIn = (tag: keyof typeof languages) => [languages[tag].bad_credentials];

onEveryAdapter('the language of an answer', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { auth: { languages, throttleSignIn: false } });
  });
  afterAll(() => app.close());

  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['pt', 'pt'],
    ['pt-BR', 'pt-BR'],
    ['zh', 'zh-CN'],
    ['zh-Hant-TW', 'zh-TW'],
    ['da', 'da-DK'],
    ['de;q=0.5, fr;q=0.7', 'fr'],
    ['tlh, de;q=0.1', 'de'],
    ['tlh', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [';;q=,-,"', 'en'],
    ['%FF%00', 'en'],
    [`de,${'x'.repeat(10_240)}`, 'en'],
  ] as const)('is the best that there is of what is asked for (%s)', async (header, tag) => {
    const answer = await wrongSignIn(app, asking(header));
    expect([answer.status, answer.code, answer.body.errors]).toEqual([401, 'bad_credentials', wordsIn(tag)]);
  });

  it('is the default one without a wish', async () => {
    expect((await wrongSignIn(app)).body.errors).toEqual(wordsIn('en'));
  });

  it('is asked for in two headers as in one', async () => {
    const both = ['Accept-Language: de;q=0.5', 'Accept-Language: es'];
    const { body } = await sendRaw(app.url, '/auth/validate_token', both);
    expect(body).toContain(languages.es.invalid_token);
  });

  it('keeps the code of what is said, in every language', async () => {
    for (const [tag, texts] of Object.entries(languages)) {
      const { code, body } = await wrongSignIn(app, asking(tag));
      expect([tag, code, body]).toEqual([tag, 'bad_credentials', { success: false, errors: [texts.bad_credentials] }]);
    }
  });
});

onEveryAdapter('the languages of an application', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  async function said(auth: object, header?: string): Promise<string> {
    app = await TestApp.start(platform, { auth });
    return (await wrongSignIn(app, header === undefined ? {} : asking(header))).body.errors[0];
  }

  it('are English alone unless it gives others', async () => {
    expect(await said({}, 'de')).toBe(languages.en.bad_credentials);
  });

  it('have a default, to which English is no exception', async () => {
    const auth = { languages: { de: languages.de, fr: languages.fr }, defaultLanguage: 'de' };
    expect(await said(auth, 'en')).toBe(languages.de.bad_credentials);
    expect((await wrongSignIn(app, asking('fr'))).body.errors).toEqual([languages.fr.bad_credentials]);
  });

  it('have texts of its own in place of single ones, and English for those that are missing', async () => {
    const auth = { languages: { en: { bad_credentials: 'No.' }, de: { locked: 'Zu.' } } };
    expect(await said(auth)).toBe('No.');
    expect((await wrongSignIn(app, asking('de'))).body.errors).toEqual([languages.en.bad_credentials]);
    const { errors } = (await (await fetch(`${app.url}/auth/validate_token`)).json()) as { errors: string[] };
    expect(errors).toEqual([languages.en.invalid_token]);
  });

  it('stop the start where they are faulty', async () => {
    app = await TestApp.start(platform);
    const auth = { languages: { de: { lockd: 'Zu.' } } } as object;
    await expect(TestApp.start(platform, { auth })).rejects.toThrow("languages knows no text 'lockd' in 'de'");
  });
});
