import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { isForeignKeyViolation } from '../database/database-errors.js';
import { toMilliseconds, type Duration } from '../duration.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { UserChanges } from '../users/user-changes.js';
import { UserStore } from '../users/user-store.js';
import { UserGoneError } from '../users/user-gone-error.js';
import type { AuthToken } from './auth-token.entity.js';
import { toAuthClient, type AuthClient } from './client.js';
import { TOKEN_AUTH_CLOCK, type Clock } from './clock.js';
import type { Credentials, IssuedToken } from './credentials.js';
import { NO_ORIGIN, storableOrigin, type RequestOrigin } from './origin.js';
import { endOf, nextExpiry } from './rotation.js';
import { TokenAuthenticator, type Session } from './token-authenticator.js';
import { TokenAuthEvents, type EndReason, type SignInMethod } from './token-events.js';
import { TokenChain } from './token-chain.js';
import { firstToken, randomClientName, randomKey } from './token-secret.js';
import { SharedClock } from './shared-clock.js';
import { TokenStore } from './token-store.js';

/** How many clients of a user may have come by reset links: mail scanners follow them too, more than once. */
const MOST_BY_LINK = 100;

/** How a client is signed in. */
export interface IssueOptions {
  /** Where the sign-in came from, for the list of clients and for telling a thief from a straggler. */
  origin?: RequestOrigin;
  /** A lifespan of this client's own instead of `tokenLifespan`. */
  lifespan?: Duration;
  /**
   * How the user has signed in, for those who listen to `user.signed_in`.
   *
   * @internal
   */
  method?: SignInMethod;
  /** The auth epoch at the time when the identity was proven; the present one by default. */
  authEpoch?: number;
  /**
   * For how long, in ms, the client may change the password without knowing it, as who follows a reset link may. Such a
   * client ends none of the others, and itself with that time unless the password is changed.
   *
   * @internal
   */
  passwordChangeWithin?: number;
}

/**
 * Tokens for programs: what the endpoints do, without HTTP. Every method commits by itself and never joins a transaction of
 * the application. Call it after your commit: inside a transaction that has changed the same user it would wait for it.
 * Every method throws {@link DatabaseError} when the database fails.
 *
 * @typeParam U - the application's user entity.
 */
@Injectable()
export class TokenService<U extends AnyUser = AnyUser> {
  private lastIssuedAt = 0;

  constructor(
    @Inject(TokenStore) private readonly store: TokenStore<U>,
    @Inject(UserStore) private readonly users: UserStore<U>,
    @Inject(UserChanges) private readonly changes: UserChanges<U>,
    @Inject(TokenChain) private readonly chain: TokenChain,
    @Inject(TokenAuthenticator) private readonly authenticator: TokenAuthenticator<U>,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(Database) private readonly database: Database,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
    @Inject(TOKEN_AUTH_CLOCK) private readonly clock: Clock,
    @Inject(SharedClock) private readonly sharedClock: SharedClock,
  ) {}

  /**
   * Signs a new client of the user in. The caller vouches for the identity. Ends the user's least recently used clients
   * beyond `maxNumberOfDevices`.
   *
   * @throws UserGoneError when the user is gone; TypeError when it has not been saved or is of another kind, or for a faulty
   * lifespan or device limit.
   * @example
   * ```ts
   * const { uid, client, accessToken } = await tokens.issue(user);
   * ```
   */
  async issue(user: U, options: IssueOptions = {}): Promise<IssuedToken> {
    const authEpoch = options.authEpoch ?? (await this.users.epochOf(user));
    if (authEpoch === null) throw new UserGoneError();
    const limit = await this.limitFor(user);
    const now = await this.sharedClock.now();
    const signedInAt = this.issueTime(now);
    const { passwordChangeWithin } = options;
    const ownLifespan = passwordChangeWithin ?? options.lifespan;
    const lifespan = ownLifespan === undefined ? null : toMilliseconds(ownLifespan);
    const binding = { id: randomUUID(), tagKey: randomKey() };
    const accessToken = firstToken(binding);
    const row: Omit<AuthToken<U>, 'user'> & { user: U } = {
      ...binding,
      client: randomClientName(),
      user,
      uid: user.uid,
      replacedUid: null,
      tokenHash: this.chain.digest(accessToken),
      replacedHash: null,
      legacyHashes: null,
      generation: 0,
      nonce: null,
      authEpoch,
      batchStartedAt: now,
      batchOpenUntil: now + this.config.rules.buffer,
      expiry: nextExpiry({ expiry: 0, lifespan }, now, this.config.rules),
      lifespan,
      passwordChangeUntil: passwordChangeWithin === undefined ? null : now + passwordChangeWithin,
      createdAt: signedInAt,
      lastUsedAt: signedInAt,
      ...storableOrigin(options.origin ?? NO_ORIGIN),
    };
    try {
      await this.store.insert(row);
    } catch (error) {
      throw isForeignKeyViolation(error) ? new UserGoneError() : error;
    }
    const evicted = await this.store.evict(user, row, passwordChangeWithin === undefined ? limit : MOST_BY_LINK);
    if (evicted.length > 0) this.tellEnded(user, evicted, null, 'evicted');
    const { method = 'application', origin = NO_ORIGIN } = options;
    this.events.emit('user.signed_in', { user, client: toAuthClient(row), method, origin });
    return { uid: row.uid, client: row.client, accessToken, tokenType: 'Bearer', expiry: row.expiry };
  }

  /**
   * Tells who shows these credentials, or null. Nothing rotates: a program that only asks could not hand a new token back.
   * A token shown after its time counts as reuse, as it does in a request; without an origin it is only refused, because
   * nobody could tell a thief from a straggler.
   *
   * @throws LegacyChecksBusyError when a client that has moved in shows its token for the first time, and too many do so.
   */
  async authenticate(
    credentials: Credentials,
    origin?: RequestOrigin,
  ): Promise<{ user: U; client: AuthClient } | null> {
    const options = { arrivedAt: this.clock.now(), mayRevoke: origin !== undefined };
    const { session } = await this.authenticator.authenticate(credentials, origin ?? NO_ORIGIN, options);
    return session === null ? null : { user: session.user, client: session.client };
  }

  /** The signed-in clients of a user, most recently used first. */
  async list(user: U): Promise<AuthClient[]> {
    const now = await this.sharedClock.now();
    const rows = await this.store.list(user);
    return rows.filter((row) => now < endOf(row, this.config.rules)).map(toAuthClient);
  }

  /** Ends one client of this user, by its id; false if the user has no such client. */
  async revoke(user: U, clientId: string): Promise<boolean> {
    const isEnded = await this.store.deleteOwn(user, clientId);
    if (isEnded) this.tellEnded(user, [clientId], null, 'revoked');
    return isEnded;
  }

  /**
   * Ends all clients of the user but the given one, also those whose sign-in is still under way, and tells how many there
   * were. Where the given one is none of the user's, or has ended, all end.
   */
  async revokeOthers(user: U, keptClientId: string): Promise<number> {
    let epoch = await this.users.epochOf(user);
    while (epoch !== null && !(await this.beginEpoch(user, keptClientId, epoch, false))) {
      epoch = await this.users.epochOf(user);
    }
    return await this.deleteOthers(user, keptClientId);
  }

  /**
   * The same for a client that asks for it itself: null, and nobody ends, when it has ended meanwhile. Others have thrown it
   * out then, and it must not throw them out in turn.
   *
   * @internal
   */
  async revokeOthersOf(session: Session<U>): Promise<number | null> {
    const { row } = session.arrival;
    let now: Session<U> | null = session;
    while (now !== null && !(await this.beginEpoch(now.user, row.id, now.arrival.row.authEpoch, true))) {
      // Another request of the same client may have begun an epoch.
      now = await this.authenticator.refresh(session);
    }
    if (now === null) return null;
    session.noteChange({ authEpoch: now.arrival.row.authEpoch + 1 });
    return await this.deleteOthers(now.user, row.id);
  }

  /** Ends all clients of the user, also those whose sign-in is still under way. */
  async revokeAll(user: U): Promise<void> {
    // First, so that even a sign-in under way ends up with a dead client; deleting the rows is only clean-up.
    await this.changes.raiseEpoch(user);
    if ((await this.store.deleteAll(user)) > 0) this.tellEnded(user, null, null, 'revoked');
  }

  private tellEnded(user: U, clientIds: readonly string[] | null, kept: string | null, reason: EndReason): void {
    this.events.emit('client.ended', { user, clientIds, kept, reason });
  }

  /** Moves the auth epoch on, and with it one client: all others have ended then. False when it is another epoch by now. */
  private async beginEpoch(user: U, keptId: string, authEpoch: number, mustKeep: boolean): Promise<boolean> {
    const values: Partial<AnyUser> = { authEpoch: authEpoch + 1 };
    const raise = this.changes.statement(user, values as Partial<U>, { authEpoch } as Partial<U>);
    return await this.database.allOrNone([
      { statement: raise, mustChange: true },
      { statement: this.store.succession(user, keptId, authEpoch), mustChange: mustKeep },
    ]);
  }

  private async deleteOthers(user: U, keptId: string): Promise<number> {
    const ended = await this.store.deleteOthers(user, keptId);
    if (ended > 0) this.tellEnded(user, null, keptId, 'revoked');
    return ended;
  }

  private async limitFor(user: U): Promise<number> {
    const limit = await this.config.maxNumberOfDevices(user);
    if (Number.isInteger(limit) && limit >= 1) return limit;
    throw new TypeError(`maxNumberOfDevices must give a whole number of 1 or more, not ${limit}.`);
  }

  /** Strictly rises, so that of two clients that signed in within one millisecond the later one is known. */
  private issueTime(now: number): number {
    this.lastIssuedAt = Math.max(now, this.lastIssuedAt + 1);
    return this.lastIssuedAt;
  }
}
