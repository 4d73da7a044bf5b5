import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import {
  cookieTokenStorage,
  createTokenAuthClient,
  memoryStorage,
  type StoredSession,
  type TokenStorage,
} from 'nestjs-token-auth/client';
import { parse, serialize } from 'cookie';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, type TestApp } from '../support/app.js';
import { signedIn, Wire } from '../support/client-app.js';
import { eventually } from '../support/client.js';
import { startMembers } from '../support/rotation.js';

let channels = 0;

/** A storage that two clients share, as tabs do. */
const shared = (): TokenStorage => ({ ...memoryStorage(), channel: `tabs-${++channels}` });

/** A storage that answers later, as those of phones do. */
function laterStorage(): TokenStorage {
  const memory = memoryStorage();
  const later = () => new Promise((resolve) => setImmediate(resolve));
  return {
    get: async () => (await later(), await memory.get()),
    set: async (session) => (await later(), await memory.set(session)),
    remove: async () => (await later(), await memory.remove()),
  };
}

onEveryAdapter('the storage of a client', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startMembers(platform);
  });
  afterAll(() => app.close());

  it.each([
    ['that answers at once', memoryStorage],
    ['that answers later', laterStorage],
  ])('%s serves a client that starts again', async (_, storageOf) => {
    const storage = storageOf();
    const { client, email } = await signedIn(app, { storage });
    await Promise.all(Array.from({ length: 4 }, () => client.fetch('/members')));
    app.clock.advance('10s');
    const again = createTokenAuthClient({ baseUrl: app.url, storage });
    await again.ready;
    expect([again.isSignedIn, again.user]).toEqual([true, null]);
    expect(await again.validate()).toMatchObject({ email });
    app.clock.advance('10s');
    expect((await again.fetch('/members')).status).toBe(200);
    await again.signOut();
    expect(await storage.get()).toBe(null);
  });

  it('that answers later brings no session back that was signed out of meanwhile', async () => {
    const { client, wire } = await signedIn(app, { storage: laterStorage() });
    const changes: string[] = [];
    client.onChange(({ kind }) => changes.push(kind));
    await Promise.all([client.fetch('/members'), client.fetch('/members'), client.signOut(), client.fetch('/members')]);
    expect(client.isSignedIn).toBe(false);
    expect(changes.filter((kind) => kind === 'signed_in')).toEqual([]);
    expect(wire.sent.find(({ method }) => method === 'DELETE')?.status).toBe(200);
  });

  it('holds what was lost before the program was started again', async () => {
    const storage = memoryStorage();
    const { client, wire } = await signedIn(app, { storage });
    // Ends in the middle: the answer is on its way, and nobody is there to take it.
    wire.fate = async (_, pass) => {
      await pass();
      return await new Promise<never>(() => {});
    };
    void client.fetch('/members');
    await eventually(() => wire.sent[0]?.status === 200);
    const again = createTokenAuthClient({ baseUrl: app.url, storage });
    await again.validate();
    app.clock.advance('10s');
    expect((await again.fetch('/members')).status).toBe(200);
  });

  it.each(['null', '{}', '"text"', '{"accessToken":""}', 'no JSON', '{"accessToken":1}'])(
    'that holds %s is empty',
    async (value) => {
      const client = createTokenAuthClient({
        baseUrl: app.url,
        storage: cookieTokenStorage({ get: () => value, set: () => {} }),
      });
      expect(client.isSignedIn).toBe(false);
      expect(await client.validate()).toBe(null);
    },
  );

  describe('that tabs share', () => {
    const tabs = async () => {
      const storage = shared();
      const first = await signedIn(app, { storage });
      const wire = new Wire();
      const second = createTokenAuthClient<any>({ baseUrl: app.url, storage, fetch: wire.fetch });
      return { first: first.client, second, wire, email: first.email };
    };

    it('has one session for all of them', async () => {
      const { first, second } = await tabs();
      expect(second.isSignedIn).toBe(true);
      for (let round = 0; round < 3; round++) {
        const answers = await Promise.all([first, second, first, second].map((tab) => tab.fetch('/members')));
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
        app.clock.advance('10s');
        expect((await second.fetch('/members')).status).toBe(200);
        app.clock.advance('10s');
      }
    });

    it('signs all of them out with one', async () => {
      const { first, second } = await tabs();
      const changes: unknown[] = [];
      second.onChange(({ kind, reason }) => changes.push([kind, reason]));
      await first.signOut();
      await eventually(() => !second.isSignedIn);
      expect(changes).toEqual([['signed_out', 'signed_out']]);
    });

    it('tells them of a sign-in and of its user', async () => {
      const { first, second, email } = await tabs();
      await first.signOut();
      await eventually(() => !second.isSignedIn);
      const changes: unknown[] = [];
      second.onChange(({ kind, user }) => changes.push([kind, user?.email]));
      await first.signIn({ email, password: PASSWORD });
      await eventually(() => changes.length > 0);
      expect(changes).toEqual([['signed_in', email]]);
      await first.updateAccount({ email: `new-${email}` });
      await eventually(() => second.user.email === `new-${email}`);
    });

    it('leaves who has closed alone', async () => {
      const { first, second } = await tabs();
      second.close();
      await first.signOut();
      expect(await second.validate()).toBe(null);
    });

    it('passes a token on that a tab has lost', async () => {
      const { first, second, wire } = await tabs();
      wire.fate = ({ path }, pass) =>
        path === '/members' ? Wire.lose(pass) : Promise.reject(new TypeError('offline'));
      await expect(second.fetch('/members')).rejects.toThrow('fetch failed');
      await eventually(() => wire.sent.length === 2);
      // It knows by the storage that something was lost.
      expect((await first.fetch('/members')).status).toBe(200);
      await first.validate();
      app.clock.advance('10s');
      expect((await first.fetch('/members')).status).toBe(200);
      wire.fate = (_, pass) => pass();
      expect((await second.validate())?.uid).toBe(first.user.uid);
    });
  });

  describe('in the cookie of a server that renders pages', () => {
    let server: Server;
    let url: string;

    beforeAll(async () => {
      server = createServer((request, response) => {
        const cookies = parse(request.headers.cookie ?? '');
        const client = createTokenAuthClient<any>({
          baseUrl: app.url,
          storage: cookieTokenStorage({
            get: (name) => cookies[name],
            set(name, value, attributes) {
              cookies[name] = value;
              response.setHeader('set-cookie', serialize(name, value, attributes));
            },
          }),
        });
        const work =
          request.method === 'DELETE'
            ? client.signOut().then(() => 'signed out')
            : client.fetch('/members').then(async (answer) => await answer.text());
        work.then((text) => response.end(text)).catch((error: unknown) => response.writeHead(500).end(String(error)));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    it('follows the token from page to page', async () => {
      const { email } = await newAccount(app);
      let cookie = '';
      const storage = cookieTokenStorage({
        get: () => parse(cookie)['token-auth'],
        set: (...all) => void (cookie = serialize(...all)),
      });
      const browser = createTokenAuthClient({ baseUrl: app.url, storage });
      await browser.signIn({ email, password: PASSWORD });
      expect(cookie).toMatch(/^token-auth=%7B.*; Max-Age=\d+; Path=\/; SameSite=Lax$/);
      for (let page = 0; page < 3; page++) {
        app.clock.advance('10s');
        const response = await fetch(url, { headers: { cookie: cookie.split(';')[0] ?? '' } });
        expect(await response.json()).toEqual({ uid: email });
        const [next] = response.headers.getSetCookie();
        expect(next).toBeDefined();
        expect(next).not.toBe(cookie);
        cookie = next ?? '';
      }
      expect(await browser.validate()).toMatchObject({ email });
      const left = await fetch(url, { method: 'DELETE', headers: { cookie: cookie.split(';')[0] ?? '' } });
      expect([await left.text(), left.headers.getSetCookie()]).toEqual([
        'signed out',
        ['token-auth=; Max-Age=0; Path=/; SameSite=Lax'],
      ]);
    });
  });
});

describe('a client in a program', () => {
  it('does not keep it alive', async () => {
    const program = `
      import { createTokenAuthClient, memoryStorage } from 'nestjs-token-auth/client';
      const storage = { ...memoryStorage(), channel: 'a program' };
      const client = createTokenAuthClient({ baseUrl: 'http://127.0.0.1:9', storage });
      client.onChange(() => {});
      console.log(client.isSignedIn);`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 });
    expect((await run).stdout).toBe('false\n');
  });

  it('tells what a storage is: an object of one session', () => {
    const session: StoredSession = { accessToken: 't', client: 'c', uid: 'u', expiry: 1 };
    const storage = memoryStorage();
    void storage.set(session);
    expect(storage.get()).toEqual(session);
    void storage.remove();
    expect(storage.get()).toBe(null);
  });
});
