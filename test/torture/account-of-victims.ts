import { PASSWORD } from '../support/accounts.js';
import { send, sendJson, type Answer } from '../support/client.js';
import { PAGE } from '../support/mailbox.js';
import { expectEqual } from './expect-equal.js';
import type { Victims } from './victims.js';

export const NEW_PASSWORD = 'another horse';

/** `soft`: its accounts are deleted softly. */
export type AccountApp = 'lasting' | 'soft';

/** What somebody with an account can do: sign in by a password, use a reset link, go on with two clients. */
export interface AccountState {
  readonly password: string | null;
  readonly reset: boolean;
  readonly asker: boolean;
  readonly other: boolean;
}

/** A change of an account, which its servers die of. */
export interface Change {
  readonly name: string;
  readonly app: AccountApp;
  readonly method: string;
  readonly path: string;
  readonly body?: (resetToken: string) => object;
  /** Whether the client that asks for it shows who it is. */
  readonly isSigned: boolean;
  readonly after: AccountState;
}

const NEW = { password: NEW_PASSWORD, password_confirmation: NEW_PASSWORD };
const GONE = { password: null, reset: false, asker: false, other: false };

export const CHANGES: readonly Change[] = [
  {
    name: 'a new password',
    app: 'lasting',
    method: 'PUT',
    path: '/auth/password',
    body: () => NEW,
    isSigned: true,
    after: { password: NEW_PASSWORD, reset: false, asker: true, other: false },
  },
  {
    name: 'a reset by link',
    app: 'lasting',
    method: 'PUT',
    path: '/auth/password',
    body: (resetToken) => ({ ...NEW, reset_password_token: resetToken }),
    isSigned: false,
    after: { ...GONE, password: NEW_PASSWORD },
  },
  { name: 'a deletion', app: 'lasting', method: 'DELETE', path: '/auth', isSigned: true, after: GONE },
  { name: 'a soft deletion', app: 'soft', method: 'DELETE', path: '/auth', isSigned: true, after: GONE },
];

/** More than the buffer, so that each request rotates. */
const STEP = 10_000;

let serial = 0;

/** An account with two clients and a reset link, at servers that die. */
export class Account {
  private readonly email = `survivor-${++serial}@example.com`;
  private resetToken = '';
  private asker: Record<string, string> = {};
  private other: Record<string, string> = {};
  private time = Date.UTC(2026, 0, 1);

  private constructor(
    private readonly victims: Victims<AccountApp>,
    private readonly app: AccountApp,
  ) {}

  static async create(victims: Victims<AccountApp>, app: AccountApp): Promise<Account> {
    const account = new Account(victims, app);
    account.asker = credentialsOf(await account.call('POST', '/auth', { password: PASSWORD }));
    account.other = credentialsOf(await account.call('POST', '/auth/sign_in', { password: PASSWORD }));
    await account.askForReset();
    return account;
  }

  /** Asks for the change at a server that is to die at a step; whether the server has survived. */
  async strike({ method, path, body, isSigned }: Change, step: string): Promise<boolean> {
    this.time += STEP;
    const headers = { ...this.headers, ...(isSigned ? this.asker : {}), 'x-dies': step };
    const answer = await this.victims.strike(this.app, (url) =>
      sendJson(url + path, method, body?.(this.resetToken) ?? {}, headers).catch(() => null),
    );
    if (answer !== null) expectEqual(answer.status, 200);
    this.asker = follow(this.asker, answer);
    return answer !== null;
  }

  /** Tries out, at the next servers, what is possible. */
  async look(passwords: readonly string[]): Promise<AccountState> {
    const serving: string[] = [];
    for (const password of passwords) {
      const { status } = await this.call('POST', '/auth/sign_in', { password });
      expectEqual([200, 401].includes(status), true);
      if (status === 200) serving.push(password);
    }
    expectEqual(serving.length <= 1, true);
    const link = new URLSearchParams({ reset_password_token: this.resetToken, redirect_url: PAGE });
    const { status } = await this.call('GET', `/auth/password/edit?${link.toString()}`);
    expectEqual([302, 404].includes(status), true);
    return {
      password: serving[0] ?? null,
      reset: status === 302,
      asker: await this.lives('asker'),
      other: await this.lives('other'),
    };
  }

  /** A client goes on with what it holds. */
  private async lives(which: 'asker' | 'other'): Promise<boolean> {
    this.time += STEP;
    const answer = await this.call('GET', '/members', undefined, this[which]);
    expectEqual([200, 401].includes(answer.status), true);
    this[which] = follow(this[which], answer);
    return answer.status === 200;
  }

  /** The server that sends the mail has to be the one that is asked for it. */
  private async askForReset(): Promise<void> {
    const url = await this.victims.url(this.app);
    await sendJson(`${url}/auth/password`, 'POST', { email: this.email, redirect_url: PAGE }, this.headers);
    const { body } = await send(`${url}/mails/${this.email}`, { headers: this.headers });
    const [, token = ''] = /reset_password_token=([\w-]{43})/.exec(body.text) ?? [];
    expectEqual(token.length, 43);
    this.resetToken = token;
  }

  private async call(method: string, path: string, body?: object, headers: object = {}): Promise<Answer> {
    const url = (await this.victims.url(this.app)) + path;
    const all = { ...this.headers, ...headers };
    if (body === undefined) return await send(url, { method, headers: all });
    return await sendJson(url, method, { email: this.email, ...body }, all);
  }

  private get headers(): Record<string, string> {
    return { 'x-time': String(this.time), 'user-agent': 'Survivor' };
  }
}

function credentialsOf({ status, auth }: Answer): Record<string, string> {
  expectEqual(status, 200);
  return { 'access-token': auth.accessToken ?? '', client: auth.client ?? '', uid: auth.uid ?? '' };
}

/** Clients keep the newest token that they are told. */
function follow(credentials: Record<string, string>, answer: Answer | null): Record<string, string> {
  const token = answer?.auth.accessToken;
  return token ? { ...credentials, 'access-token': token } : credentials;
}
