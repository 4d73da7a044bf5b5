import { randomUUID } from 'node:crypto';
import type { AuthToken, TokenAuthOptions } from 'nestjs-token-auth';
import { expect } from 'vitest';
import type { User } from '../support/app.js';
import { send, sendJson, type Answer, type AuthHeaderValues } from '../support/client.js';
import type { DatabaseKind } from '../support/databases.js';
import { Mailbox, PAGE, PUBLIC_URL, type Mail } from '../support/mailbox.js';
import { Cluster } from './cluster.js';
import { PASSWORD, ROUNDS } from './race-client.js';

/** How the account flows of a process are set up. */
export type LabApp = 'open' | 'strict';

/** Wrong passwords that lock an account of the strict app. */
export const MAXIMUM_ATTEMPTS = 20;

/** How many processes there are, one of which answers each turn. */
export const PROCESSES = 4;

/** The turns of a volley. */
export function turns(count: number): number[] {
  return Array.from({ length: count }, (_, turn) => turn);
}

/** Four processes with accounts, and the mails that they send. */
export class AccountLab {
  private mailbox!: Mailbox;
  cluster!: Cluster<LabApp>;
  private turn = 0;

  constructor(private readonly kind: DatabaseKind) {}

  async open(): Promise<void> {
    this.mailbox = await Mailbox.open();
    const common: TokenAuthOptions<any> = { ...this.mailbox.options, throttleSignIn: false, lockable: true };
    const apps = {
      open: { ...common, maximumAttempts: 1000 },
      strict: { ...common, maximumAttempts: MAXIMUM_ATTEMPTS, confirmable: true, defaultConfirmSuccessUrl: PAGE },
    };
    this.cluster = await Cluster.start(this.kind, { apps });
  }

  async close(): Promise<void> {
    await this.cluster.close();
    await this.mailbox.close();
  }

  /** Runs a race; again and again where more rounds are asked for, which are costly here. */
  async rounds(run: () => Promise<void>): Promise<void> {
    for (let round = 0; round < Math.max(1, Math.floor(ROUNDS / 4)); round++) await run();
  }

  freshEmail(): string {
    return `${randomUUID()}@example.com`;
  }

  /** Sends a request to the next process. */
  async call(method: string, path: string, body: unknown = {}, auth?: AuthHeaderValues, app: LabApp = 'open') {
    return await sendJson(this.cluster.url(app, this.turn++) + path, method, body, auth && headersOf(auth));
  }

  async signUp(email: string, password = PASSWORD, app: LabApp = 'open'): Promise<Answer> {
    return await this.call('POST', '/auth', { email, password }, undefined, app);
  }

  async signIn(email: string, password = PASSWORD, app: LabApp = 'open'): Promise<Answer> {
    return await this.call('POST', '/auth/sign_in', { email, password }, undefined, app);
  }

  /** A new account with clients that are signed in to it. */
  async account(clients = 1): Promise<{ email: string; clients: AuthHeaderValues[] }> {
    const email = this.freshEmail();
    const answers = [await this.signUp(email)];
    while (answers.length < clients) answers.push(await this.signIn(email));
    requireThat(
      answers.every(({ status }) => status === 200),
      'An account could not be made.',
    );
    return { email, clients: answers.map(({ auth }) => auth) };
  }

  async changePassword(auth: AuthHeaderValues, password: string): Promise<Answer> {
    return await this.call('PUT', '/auth/password', { password, password_confirmation: password }, auth);
  }

  async reset(token: string, password: string): Promise<Answer> {
    const body = { reset_password_token: token, password, password_confirmation: password };
    return await this.call('PUT', '/auth/password', body);
  }

  /** Asks for a reset link and takes its token from the mail. */
  async resetToken(email: string): Promise<string> {
    const answer = await this.call('POST', '/auth/password', { email, redirect_url: PAGE });
    requireThat(answer.status === 200, 'A reset link could not be asked for.');
    return (await this.linkTo(email)).searchParams.get('reset_password_token') ?? '';
  }

  /** What each process makes of a client's token. */
  async statusesOf(auth: AuthHeaderValues): Promise<number[]> {
    const asked = turns(PROCESSES).map((turn) =>
      send(`${this.cluster.url('open', turn)}/auth/validate_token`, { headers: headersOf(auth) }),
    );
    return (await Promise.all(asked)).map(({ status }) => status);
  }

  /** Which of these passwords sign in. */
  async serving(email: string, ...passwords: string[]): Promise<string[]> {
    const tries = passwords.map(async (password) => ({ password, ...(await this.signIn(email, password)) }));
    return (await Promise.all(tries)).filter(({ status }) => status === 200).map(({ password }) => password);
  }

  /** The only account with this address. */
  async accountOf(email: string): Promise<User> {
    const accounts = await this.cluster.accountsOf(email);
    requireThat(accounts.length === 1, `There are ${accounts.length} accounts with one address.`);
    return accounts[0] as User;
  }

  async rowsOf(uid: string): Promise<AuthToken[]> {
    return await this.cluster.rowsOf({ uid });
  }

  /** All mails to an address, once no process has any to send. */
  async mailsTo(email: string): Promise<Mail[]> {
    await this.cluster.mailed();
    return this.mailbox.arrived(email);
  }

  /** The link in the newest mail to an address. */
  async linkTo(email: string): Promise<URL> {
    const link = /https:\S+/.exec((await this.mailsTo(email)).at(-1)?.text ?? '')?.[0];
    if (link === undefined) throw new Error('No mail with a link has arrived.');
    return new URL(link);
  }

  /** Follows a link of the strict app to the next process. */
  async follow(link: URL): Promise<Answer> {
    return await send(link.href.replace(PUBLIC_URL, `${this.cluster.url('strict', this.turn++)}/auth`));
  }
}

export function headersOf({ accessToken, client, uid }: AuthHeaderValues): Record<string, string> {
  return { 'access-token': accessToken ?? '', client: client ?? '', uid: uid ?? '' };
}

/** Lives on every process. */
export async function expectAlive(lab: AccountLab, auth: AuthHeaderValues): Promise<void> {
  expect(await lab.statusesOf(auth)).toEqual(Array(PROCESSES).fill(200));
}

/** Gone on every process. */
export async function expectEnded(lab: AccountLab, ...clients: AuthHeaderValues[]): Promise<void> {
  for (const auth of clients) expect(await lab.statusesOf(auth)).toEqual(Array(PROCESSES).fill(401));
}

/** Fails for an answer that none of the statuses allow, such as a 5xx. */
export function expectAmong(answers: readonly Answer[], ...allowed: number[]): void {
  expect(answers.map(({ status }) => status).filter((status) => !allowed.includes(status))).toEqual([]);
}

function requireThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
