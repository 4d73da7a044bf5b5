import type { ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { languages } from 'nestjs-token-auth/languages';
import { afterEach, expect, it } from 'vitest';
import { newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { send, sendJson, type Answer } from '../support/client.js';
import { asking, wrongSignIn } from '../support/languages.js';
import { MembersController } from '../support/members.js';

const { de } = languages;

onEveryAdapter('what caches are told of the language', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  async function start(auth: object, configure: (nest: INestApplication) => void = () => {}): Promise<void> {
    app = await TestApp.start(platform, { auth, configure, controllers: [MembersController] });
  }

  const varies = ({ headers }: Answer) => headers.get('vary');

  it('is that an answer depends on it, where it says something', async () => {
    await start({ languages: { de } });
    const { email } = await newAccount(app);
    const signedIn = await sendJson(`${app.url}/auth/sign_in`, 'POST', { email, password: PASSWORD });
    expect([signedIn.status, varies(signedIn)]).toEqual([200, null]);
    expect(varies(await wrongSignIn(app))).toBe('Accept-Language');
    expect(varies(await wrongSignIn(app, asking('de')))).toBe('Accept-Language');
    expect(varies(await send(`${app.url}/members`))).toBe('Accept-Language');
    expect(varies(await sendJson(`${app.url}/auth`, 'POST', {}))).toBe('Accept-Language');
  });

  it.each([
    ['no language', {}],
    ['its own English', { languages: { en: { bad_credentials: 'No.' } } }],
    ['German alone', { languages: { de }, defaultLanguage: 'de' }],
  ])('is nothing where there is but one (%s)', async (_, auth) => {
    await start(auth);
    for (const answer of [await wrongSignIn(app, asking('de')), await send(`${app.url}/members`)]) {
      expect([answer.status, varies(answer)]).toEqual([401, null]);
    }
  });

  it('comes on top of what CORS tells them', async () => {
    await start({ languages: { de } }, (nest) =>
      nest.enableCors({ origin: ['https://a.example', 'https://b.example'] }),
    );
    const answer = await wrongSignIn(app, { ...asking('de'), origin: 'https://a.example' });
    expect(varies(answer)).toBe('Origin, Accept-Language');
  });

  it.each([
    ['Accept-Encoding', 'Accept-Encoding, Accept-Language'],
    [['Accept', 'Cookie'], 'Accept, Cookie, Accept-Language'],
    ['accept-language', 'accept-language'],
    ['Accept, ACCEPT-LANGUAGE', 'Accept, ACCEPT-LANGUAGE'],
    ['*', '*'],
  ])('comes on top of what the application tells them, once (%s)', async (present, expected) => {
    await start({ languages: { de } }, (nest) =>
      nest.use((_: object, response: ServerResponse, next: () => void) => {
        response.setHeader('Vary', present);
        next();
      }),
    );
    expect(varies(await wrongSignIn(app))).toBe(expected);
    expect(varies(await send(`${app.url}/members`))).toBe(expected);
  });
});
