import { languages } from 'nestjs-token-auth/languages';
import { describe, expect, it } from 'vitest';
import { sendJson } from '../support/client.js';
import { asking, wrongSignIn } from '../support/languages.js';
import { SampleApps, type SampleApp } from '../support/sample-app.js';

const apps = new SampleApps();

describe('the sample application', () => {
  const said = async (app: SampleApp, language: string) => (await wrongSignIn(app, asking(language))).body.errors[0];

  it('speaks every language', async () => {
    const app = await apps.start({ TOKEN_AUTH_THROTTLE_SIGN_IN: 'false' });
    for (const [tag, texts] of Object.entries(languages)) expect(await said(app, tag)).toBe(texts.bad_credentials);
    expect(await said(app, 'tlh')).toBe(languages.en.bad_credentials);
    const { body } = await sendJson(`${app.url}/auth`, 'POST', { email: 'x' }, asking('it'));
    expect(body.errors.full_messages).toContain('Email non è un indirizzo email');
  });

  it('speaks the one that a variable names by default', async () => {
    const app = await apps.start({ TOKEN_AUTH_DEFAULT_LANGUAGE: 'pt-BR' });
    expect(await said(app, 'tlh')).toBe(languages['pt-BR'].bad_credentials);
    expect(await said(app, 'en')).toBe(languages.en.bad_credentials);
  });
});
