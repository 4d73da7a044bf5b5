import { createTokenAuthClient, type TokenAuthClient } from 'nestjs-token-auth/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, type TestApp } from '../support/app.js';
import { Mailbox } from '../support/mailbox.js';
import { startMembers } from '../support/rotation.js';

/** Keeps cookies as a browser does for one of its tabs or more. */
class CookieJar {
  cookie = '';
  readonly shown: (string | null)[] = [];

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    this.shown.push(headers.get('authorization'));
    if (init?.credentials === 'include' && this.cookie !== '') headers.set('cookie', this.cookie);
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      this.cookie = /Max-Age=0/.test(line) ? '' : pair;
    }
    return response;
  };
}

onEveryAdapter('a client in cookie mode', (platform) => {
  let app: TestApp;
  let mailbox: Mailbox;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await startMembers(platform, {
      ...mailbox.options,
      cookieEnabled: true,
      cookieAttributes: { secure: false },
    });
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  const tab = (jar: CookieJar): TokenAuthClient<any> =>
    createTokenAuthClient<any>({ baseUrl: app.url, cookies: true, fetch: jar.fetch });

  const signedIn = async () => {
    const jar = new CookieJar();
    const client = tab(jar);
    const { email } = await newAccount(app);
    await client.signIn({ email, password: PASSWORD });
    app.clock.advance('10s');
    return { client, jar, email };
  };

  it('signs in and follows the cookie without seeing a token', async () => {
    const { client, jar, email } = await signedIn();
    expect([client.isSignedIn, client.user.email]).toEqual([true, email]);
    const cookies = new Set([jar.cookie]);
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all([1, 2, 3].map(() => client.fetch('/members')));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      cookies.add(jar.cookie);
      app.clock.advance('10s');
    }
    expect(cookies.size).toBe(4);
    expect(jar.shown.every((each) => each === null)).toBe(true);
  });

  it('finds out at the start whether somebody is signed in', async () => {
    const { jar, email } = await signedIn();
    const again = tab(jar);
    expect(again.isSignedIn).toBe(false);
    expect(await again.validate()).toMatchObject({ email });
    expect(again.isSignedIn).toBe(true);
    expect(await tab(new CookieJar()).validate()).toBe(null);
  });

  it('signs up', async () => {
    const client = tab(new CookieJar());
    const email = freshEmail();
    expect(await client.signUp({ email, password: PASSWORD })).toMatchObject({ email });
    expect([client.isSignedIn, client.user.email]).toEqual([true, email]);
  });

  it('signs out, and all tabs with it', async () => {
    const { client, jar } = await signedIn();
    const other = tab(jar);
    await other.validate();
    const out = new Promise((resolve) =>
      other.onChange(({ kind, reason }) => (kind === 'signed_out' ? resolve(reason) : null)),
    );
    await client.signOut();
    expect([client.isSignedIn, client.user, jar.cookie]).toEqual([false, null, '']);
    expect(await out).toBe('signed_out');
    expect(other.isSignedIn).toBe(false);
    expect(await client.validate()).toBe(null);
  });

  it('learns that its client has ended elsewhere', async () => {
    const { client, jar, email } = await signedIn();
    const other = tab(new CookieJar());
    await other.signIn({ email, password: PASSWORD });
    await other.revokeOthers();
    expect((await client.fetch('/members')).status).toBe(401);
    expect(client.isSignedIn).toBe(false);
    expect(other.isSignedIn).toBe(true);
    expect(jar.shown.every((each) => each === null)).toBe(true);
  });

  it('sends the cookie to the API alone', async () => {
    const sent: (string | undefined)[] = [];
    const client = createTokenAuthClient({
      baseUrl: app.url,
      cookies: true,
      fetch: async (_, init) => {
        sent.push(init?.credentials);
        return new Response();
      },
    });
    await client.fetch('https://elsewhere.example.com/');
    await client.fetch('/members');
    expect(sent).toEqual([undefined, 'include']);
  });

  it('signs nobody out whom it could not reach', async () => {
    const { client, jar } = await signedIn();
    const { fetch } = jar;
    const broken = createTokenAuthClient({
      baseUrl: app.url,
      cookies: true,
      fetch: async (...all) => {
        if (all[1]?.method === 'DELETE') throw new TypeError('fetch failed');
        return await fetch(...all);
      },
    });
    await broken.validate();
    await expect(broken.signOut()).rejects.toMatchObject({ name: 'UnreachableError' });
    expect(broken.isSignedIn).toBe(true);
    expect(await client.validate()).not.toBe(null);
  });
});

describe('cookie mode', () => {
  it('needs no storage', () => {
    expect(createTokenAuthClient({ baseUrl: 'https://api.example.com', cookies: true }).isSignedIn).toBe(false);
  });
});
