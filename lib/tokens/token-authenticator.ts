import type { TokenAuthConfig } from '../token-auth.config.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { changed, type AuthToken } from './auth-token.entity.js';
import { toAuthClient, type AuthClient } from './client.js';
import type { Clock } from './clock.js';
import { spellingsOf, type Credentials } from './credentials.js';
import type { LegacyDigests } from './legacy-digests.js';
import { isSameDevice, type RequestOrigin } from './origin.js';
import { arrive, endOf, type Acceptance, type Arrival, type Refusal } from './rotation.js';
import type { TokenChain } from './token-chain.js';
import type { TokenAuthEvents } from './token-events.js';
import type { FoundClient, TokenStore } from './token-store.js';

/** What a departure needs to know of the arrival. */
export interface ArrivalFacts<U extends AnyUser = AnyUser> {
  /** The row as it was. */
  readonly row: AuthToken<U>;
  /** The token that was shown. */
  readonly token: string;
  /** The stored digest that it matched. */
  readonly hash: string;
  readonly accepted: Acceptance;
  /** How far the database's clock is ahead of this process's at most, in ms. */
  readonly clockOffset: number;
  /** The user's `uid`, whatever the handler makes of its user. */
  readonly uid: string;
  /** What {@link TokenStore.disturbances} was. */
  readonly disturbances: number;
}

/** Who makes a request. The token that it showed is not among the properties, so that no log and no JSON can hold it. */
export class Session<U extends AnyUser = AnyUser> {
  #arrival: ArrivalFacts<U>;
  #hasChangedRow = false;

  constructor(
    readonly user: U,
    readonly client: AuthClient,
    arrival: ArrivalFacts<U>,
  ) {
    this.#arrival = arrival;
  }

  /** @internal */
  get arrival(): ArrivalFacts<U> {
    return this.#arrival;
  }

  /** Whether {@link noteChange} was called. @internal */
  get hasChangedRow(): boolean {
    return this.#hasChangedRow;
  }

  /**
   * What this request itself has written into the row of its client.
   *
   * @internal
   */
  noteChange(values: Partial<AuthToken<U>>): void {
    this.#hasChangedRow = true;
    const row = changed(this.#arrival.row, values);
    this.#arrival = { ...this.#arrival, row, uid: values.uid ?? this.#arrival.uid };
  }
}

/** The outcome of an arrival. `ended`: there is no such client, or no longer. */
export type Authentication<U extends AnyUser = AnyUser> =
  | { readonly session: Session<U> }
  | { readonly session: null; readonly reason: Refusal | 'unknown'; readonly ended: boolean };

/** How an arrival may be treated. */
export interface ArrivalOptions {
  /** When the request arrived, in ms by this process's clock. */
  readonly arrivedAt: number;
  /** Whether a reused token may end its client: no where nobody could have told the client a newer one. */
  readonly mayRevoke: boolean;
}

/** What was found of the client that a request names, and what follows for the request. */
interface Judgement<U extends AnyUser> {
  readonly found: FoundClient<U> | null;
  /** Whether there is no such client of this user. */
  readonly isAbsent: boolean;
  readonly arrival: Arrival;
  /** The stored digest that the token matched. */
  readonly hash: string;
}

/** The longest value of any credential that is looked at, in characters: a percent-encoded `uid` can be this long. */
const LONGEST_CREDENTIAL = 4096;

/** Decides on arrival whether a request may go on. */
export class TokenAuthenticator<U extends AnyUser = AnyUser> {
  constructor(
    private readonly store: TokenStore<U>,
    private readonly chain: TokenChain,
    private readonly config: TokenAuthConfig,
    private readonly events: TokenAuthEvents,
    private readonly clock: Clock,
    private readonly legacy: LegacyDigests,
  ) {}

  async authenticate(
    credentials: Credentials,
    origin: RequestOrigin,
    options: ArrivalOptions,
  ): Promise<Authentication<U>> {
    if (!isPlausible(credentials)) return { session: null, reason: 'unknown', ended: false };
    const { disturbances } = this.store;
    let judged = this.judge(credentials, await this.store.find(credentials.client), options);
    // A client that lives has its digests from committed statements: only its absence, or its user's, may be rolled back.
    if (judged.isAbsent && (await this.store.untilSettled())) {
      judged = this.judge(credentials, await this.store.find(credentials.client), options);
    }
    if (await this.adopt(judged, credentials.accessToken, options)) {
      judged = this.judge(credentials, await this.store.find(credentials.client), options);
    }
    const { found, arrival, hash } = judged;
    if (found === null) return { session: null, reason: 'unknown', ended: true };
    const { row, mostOffset } = found;
    if (arrival.refused !== undefined) return await this.refuse(row, arrival.refused, origin, options.mayRevoke);
    const session = new Session(row.user, toAuthClient(row), {
      row,
      token: credentials.accessToken,
      hash,
      accepted: arrival.accepted,
      clockOffset: mostOffset,
      uid: row.user.uid,
      disturbances,
    });
    return { session };
  }

  private judge(credentials: Credentials, found: FoundClient<U> | null, { arrivedAt }: ArrivalOptions): Judgement<U> {
    const { presented, hash } = this.chain.classify(credentials.accessToken, found?.row ?? null);
    const isAbsent = found === null || !isToldUid(credentials.uid, found.row);
    if (isAbsent) return { found, isAbsent, arrival: FOREIGN, hash };
    const arrival = arrive(found.row, presented, arrivedAt + found.leastOffset, this.config.rules);
    return { found, isAbsent, arrival, hash };
  }

  /**
   * A client that has moved in shows its token for the first time: its digest becomes one of ours. Of requests at once one
   * writes it, and all look again. Whatever does not match changes nothing.
   */
  private async adopt({ found, isAbsent, arrival }: Judgement<U>, token: string, options: ArrivalOptions) {
    if (found === null || isAbsent || arrival.refused !== 'foreign') return false;
    const { row, leastOffset } = found;
    if (options.arrivedAt + leastOffset >= endOf(row, this.config.rules)) return false;
    if (!(await this.legacy.matches(token, row))) return false;
    const values = { tokenHash: this.chain.digest(token), legacyHashes: null };
    await this.store.update(row.id, values, { legacyHashes: row.legacyHashes });
    return true;
  }

  /** The same session some time later, without a token: whether its client still lives, and its user as it is now. */
  async refresh(session: Session<U>): Promise<Session<U> | null> {
    const { arrival } = session;
    const found = await this.store.find(arrival.row.client);
    if (found === null || found.row.id !== arrival.row.id) return null;
    const { row, mostOffset } = found;
    if (this.clock.now() + mostOffset >= endOf(row, this.config.rules)) return null;
    return new Session(row.user, toAuthClient(row), { ...arrival, row, clockOffset: mostOffset, uid: row.user.uid });
  }

  /** Ends the client that the token was issued for, however old the token is. */
  async signOut(credentials: Credentials): Promise<'signed out' | 'no such client' | 'refused'> {
    if (!isPlausible(credentials)) return 'refused';
    const row = await this.store.findAny(credentials.client);
    const { presented } = this.chain.classify(credentials.accessToken, row);
    if (row !== null && presented === 'foreign' && !(await this.legacy.matches(credentials.accessToken, row))) {
      return 'refused';
    }
    if (row === null || !(await this.store.delete(row.id))) return 'no such client';
    const { user } = row as { user: U | null | undefined };
    if (user != null) this.events.emit('user.signed_out', { user, client: toAuthClient(row) });
    return 'signed out';
  }

  private async refuse(
    row: AuthToken<U>,
    reason: Refusal,
    origin: RequestOrigin,
    mayRevoke: boolean,
  ): Promise<Authentication<U>> {
    if (reason !== 'reused') return { session: null, reason, ended: reason === 'expired' };
    const client = toAuthClient(row);
    const isTheft = this.config.onTokenReuse === 'revoke' && mayRevoke && !isSameDevice(origin, row);
    const revoked = isTheft && (await this.store.delete(row.id));
    this.events.emit('token.reused', { user: row.user, client, origin, revoked });
    if (revoked) {
      this.events.emit('client.ended', { user: row.user, clientIds: [row.id], kept: null, reason: 'token_reused' });
    }
    return { session: null, reason, ended: isTheft };
  }
}

const FOREIGN: Arrival = Object.freeze({ refused: 'foreign' });

/** Whether the `uid` is one that the client was told lately, or its user's. */
function isToldUid(uid: string, row: AuthToken): boolean {
  const told = [row.uid, row.replacedUid, row.user.uid];
  if (told.includes(uid)) return true;
  return spellingsOf(uid).some((spelling) => told.includes(spelling));
}

/**
 * Whether the values can be looked up at all: nothing this long was ever issued, PostgreSQL refuses NUL, and MySQL fails to
 * compare text with a column whose character set does not have it. Clients and tokens are ASCII.
 */
function isPlausible({ uid, client, accessToken }: Credentials): boolean {
  const areShortTexts = isShortText(uid) && isShortText(client) && isShortText(accessToken);
  return areShortTexts && !uid.includes('\0') && ASCII.test(client) && ASCII.test(accessToken);
}

const ASCII = /^[\x20-\x7e]+$/;

function isShortText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_CREDENTIAL;
}
