import type { TokenAuthModuleOptions } from 'nestjs-token-auth';
import { signInAs } from 'nestjs-token-auth/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { onEveryAdapter, User, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, ProtocolClient, send, told, type Answer } from '../support/client.js';
import { Admin, startRealms, twins } from '../support/realms.js';

const GROUPS = ['/users-or-admins', '/admins-or-users'];
const KINDS = ['user', 'admin'] as const;
type Kind = (typeof KINDS)[number];

/** A browser with the cookies of one or both kinds, as they would be at its site. */
class Browser {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly app: TestApp) {}

  async signIn(user: User | Admin): Promise<void> {
    const { cookie = '' } = await signInAs(this.app.nest, user);
    this.keep(cookie);
    this.app.clock.advance('10s');
  }

  private keep(cookie: string): void {
    const [pair = ''] = cookie.split(';', 1);
    const [name = '', value = ''] = pair.split('=', 2);
    if (value === '') this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  get names(): string[] {
    return [...this.cookies.keys()].toSorted();
  }

  copy(): Browser {
    const copy = new Browser(this.app);
    for (const cookie of this.cookies) copy.cookies.set(...cookie);
    return copy;
  }

  /** Sends a request and takes over what comes back; `set` are the names of the cookies that came. */
  async go(path: string, init: RequestInit = {}): Promise<Answer & { set: string[] }> {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await send(this.app.url + path, { ...init, headers: { ...(init.headers as object), cookie } });
    const set = answer.headers.getSetCookie();
    for (const each of set) this.keep(each);
    return { ...answer, set: set.map((each) => each.split('=', 1)[0] ?? '') };
  }
}

const USERS = '__Host-auth_cookie';
const ADMINS = '__Host-admin_cookie';
const path = (kind: Kind) => `/${kind}s`;

onEveryAdapter('cookies of several kinds of users', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  async function start(admin: Partial<TokenAuthModuleOptions>, auth: object = { cookieEnabled: true }) {
    app = await startRealms(platform, { auth, admin });
    const browser = new Browser(app);
    return { browser, users: await twins(app) };
  }

  describe('with different names', () => {
    const options = { cookieEnabled: true, cookieName: ADMINS };
    const NAMES = { user: USERS, admin: ADMINS };

    it.each(KINDS)('a group rotates that of a signed-in %s, and touches no other', async (kind) => {
      const { browser, users } = await start(options);
      await browser.signIn(users[kind]);
      for (const group of GROUPS) {
        app.clock.advance('10s');
        const answer = await browser.go(group);
        expect([answer.status, told(answer), answer.set]).toEqual([200, 'nothing', [NAMES[kind]]]);
        expect((await browser.go(group)).set).toEqual([]);
      }
      expect((await browser.go(path(kind))).status).toBe(200);
    });

    it('a browser is signed in as both; each route rotates the one that it accepts', async () => {
      const { browser, users } = await start(options);
      await browser.signIn(users.user);
      await browser.signIn(users.admin);
      expect((await browser.go('/users')).set).toEqual([USERS]);
      expect((await browser.go('/admins')).set).toEqual([ADMINS]);
      app.clock.advance('10s');
      const [first, last] = [await browser.go('/users-or-admins'), await browser.go('/admins-or-users')];
      expect([first.body.kind, first.set]).toEqual(['User', [USERS]]);
      expect([last.body.kind, last.set]).toEqual(['Admin', [ADMINS]]);
    });

    it('a group that accepts one leaves the dead one of the other alone; without it, both go', async () => {
      const { browser, users } = await start(options);
      await browser.signIn(users.user);
      await browser.signIn(users.admin);
      await app.dataSource.getRepository(User).delete({ id: users.user.id });
      for (const group of GROUPS) {
        const answer = await browser.go(group);
        expect([answer.status, answer.body.kind]).toEqual([200, 'Admin']);
        expect(answer.set).not.toContain(USERS);
      }
      await app.dataSource.getRepository(Admin).delete({ id: users.admin.id });
      const refused = await browser.go('/users-or-admins');
      expect([refused.status, refused.set.toSorted(), browser.names]).toEqual([401, [ADMINS, USERS], []]);
    });
  });

  describe('with one name', () => {
    const options = { cookieEnabled: true };

    it.each(KINDS)('a group accepts that of a signed-in %s, whatever the other kind knows of it', async (kind) => {
      const { browser, users } = await start(options);
      await browser.signIn(users[kind]);
      for (const group of GROUPS) {
        app.clock.advance('10s');
        const answer = await browser.go(group);
        expect([answer.status, answer.body.kind.toLowerCase(), answer.set]).toEqual([200, kind, [USERS]]);
        expect(browser.names).toEqual([USERS]);
      }
    });

    it.each(KINDS)('a route of the other kind does not clear that of a signed-in %s', async (kind) => {
      const { browser, users } = await start(options);
      await browser.signIn(users[kind]);
      const [other = kind] = KINDS.filter((each) => each !== kind);
      const refused = await browser.go(path(other));
      expect([refused.status, refused.set]).toEqual([401, []]);
      expect((await browser.go(path(kind))).status).toBe(200);
    });

    it('goes once, when nobody has its client any more', async () => {
      const { browser, users } = await start(options);
      await browser.signIn(users.admin);
      await app.dataSource.getRepository(Admin).delete({ id: users.admin.id });
      for (const route of [...GROUPS, '/users', '/admins']) {
        const refused = await browser.copy().go(route);
        expect([route, refused.status, refused.set]).toEqual([route, 401, [USERS]]);
      }
    });

    it('a group leaves that of a straggler alone, and clears that of a thief', async () => {
      const { browser, users } = await start({ ...options, lostResponse: 'strict' });
      await browser.signIn(users.admin);
      const old = browser.copy();
      await browser.go('/admins');
      app.clock.advance('10s');
      for (const route of [...GROUPS, '/users']) {
        const straggler = await old.copy().go(route);
        expect([route, straggler.status, straggler.set]).toEqual([route, 401, []]);
      }
      const thief = await old.copy().go('/users-or-admins', FROM_ELSEWHERE);
      expect([thief.status, thief.set]).toEqual([401, [USERS]]);
      expect((await browser.go('/admins')).status).toBe(401);
    });
  });

  it('go with headers of another kind: a group answers by what it accepted', async () => {
    const { browser, users } = await start({ cookieEnabled: true }, {});
    await browser.signIn(users.admin);
    const client = await ProtocolClient.signedIn(app, users.user);
    for (const group of GROUPS) {
      app.clock.advance('10s');
      const byCookie = await browser.go(group);
      expect([byCookie.body.kind, told(byCookie), byCookie.set]).toEqual(['Admin', 'nothing', [USERS]]);
      const byHeaders = await client.go(group);
      expect([byHeaders.body.kind, told(byHeaders), byHeaders.headers.getSetCookie()]).toEqual(['User', 'token', []]);
    }
    expect((await browser.go('/users')).set).toEqual([]);
    expect((await browser.go('/admins')).status).toBe(200);
  });
});
