import { DatabaseTimeoutError } from '../database/database-errors.js';
import type { TokenAuthConfig } from '../token-auth.config.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { AuthToken } from './auth-token.entity.js';
import type { Clock } from './clock.js';
import { storableOrigin, type RequestOrigin } from './origin.js';
import { isBatchOpen, nextExpiry } from './rotation.js';
import type { Session } from './token-authenticator.js';
import type { TokenChain } from './token-chain.js';
import type { TokenStore } from './token-store.js';

/** What a rotation writes into the row of its client. */
export type Rotated = Pick<
  AuthToken,
  | 'tokenHash'
  | 'generation'
  | 'nonce'
  | 'replacedHash'
  | 'batchStartedAt'
  | 'batchOpenUntil'
  | 'expiry'
  | 'lastUsedAt'
  | 'uid'
  | 'replacedUid'
  | 'ip'
  | 'userAgent'
>;

/** Who has rotated: this request, one beside it in this process, or nobody who is known. */
export type Outcome =
  | { readonly by: 'itself'; readonly token: string; readonly rotated: Rotated }
  | { readonly by: 'sibling'; readonly rotated: Rotated }
  | { readonly by: 'unknown' };

/** A rotation of this process that requests with the same token can still take part in. */
interface Shared {
  /** The digest that was replaced. */
  readonly hash: string;
  /** Null: the row was another one by then, or nothing was sent. The others then try for themselves. */
  readonly rotated: Promise<Rotated | null>;
}

/** How many rotations a process remembers. */
const REMEMBERED = 1000;

const UNKNOWN: Outcome = Object.freeze({ by: 'unknown' });

/**
 * The compare-and-swap of a token: of any number of requests one wins. Those of one process that show the same token ask the
 * database once: they wait for the first of them, and share what it has written while its batch is open.
 */
export class TokenRotation<U extends AnyUser = AnyUser> {
  /** By the id of the client. */
  private readonly shared = new Map<string, Shared>();
  private latest = -Infinity;

  constructor(
    private readonly store: TokenStore<U>,
    private readonly chain: TokenChain,
    private readonly config: TokenAuthConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * When this process has rotated last, in ms by the clock that opens batches: a batch that had ended by then has ended,
   * whatever the clock says since.
   */
  get latestAt(): number {
    return this.latest;
  }

  /**
   * @param isWanted - asked right before the statement is sent.
   * @throws DatabaseError when the database refuses, to all who wait for this rotation.
   */
  async rotate(session: Session<U>, origin: RequestOrigin, isWanted: () => boolean): Promise<Outcome> {
    const { row, hash } = session.arrival;
    const shared = this.shared.get(row.id);
    if (shared?.hash !== hash) return await this.lead(session, origin, isWanted);
    const rotated = await shared.rotated;
    // Afterwards somebody else may have rotated in turn.
    if (rotated !== null && isBatchOpen(rotated, this.nowOf(session), this.config.rules)) {
      return { by: 'sibling', rotated };
    }
    return isWanted() ? await this.swap(session, origin, isWanted) : UNKNOWN;
  }

  private async lead(session: Session<U>, origin: RequestOrigin, isWanted: () => boolean): Promise<Outcome> {
    const { row, hash } = session.arrival;
    const outcome = this.swap(session, origin, isWanted);
    // Without a batch there is nothing to share.
    if (this.config.rules.buffer === 0) return await outcome;
    // Not the token itself: it must not stay in memory.
    const shared = { hash, rotated: outcome.then((each) => (each.by === 'itself' ? each.rotated : null)) };
    this.share(row.id, shared);
    try {
      if ((await shared.rotated) === null) this.forget(row.id, shared);
      return await outcome;
    } catch (error) {
      this.forget(row.id, shared);
      throw error;
    }
  }

  private share(id: string, shared: Shared): void {
    // The last one again, if it was known: the first are forgotten first.
    this.shared.delete(id);
    this.shared.set(id, shared);
    if (this.shared.size <= REMEMBERED) return;
    const [oldest = id] = this.shared.keys();
    this.shared.delete(oldest);
  }

  private forget(id: string, shared: Shared): void {
    if (this.shared.get(id) === shared) this.shared.delete(id);
  }

  private async swap(session: Session<U>, origin: RequestOrigin, isWanted: () => boolean): Promise<Outcome> {
    const { row, hash } = session.arrival;
    const { token, ...next } = this.chain.next(session.arrival.token, row);
    const rotated = this.valuesOf(session, next, origin);
    this.latest = Math.max(this.latest, rotated.batchStartedAt);
    const done: Outcome = { by: 'itself', token, rotated };
    try {
      return (await this.store.update(row.id, rotated, { tokenHash: hash }, isWanted)) ? done : UNKNOWN;
    } catch (error) {
      // It may yet be carried out, so looking would settle nothing; and the request has waited long enough.
      if (error instanceof DatabaseTimeoutError) throw error;
      // The connection may have been lost after the statement had been carried out.
      const seen = await this.store.findAgain(row);
      if (seen?.tokenHash === rotated.tokenHash) return done;
      if (seen?.tokenHash === hash) throw error;
      return UNKNOWN;
    }
  }

  // Spelled out: spreading the parts takes as long as an HMAC or two.
  private valuesOf(
    session: Session<U>,
    { tokenHash, generation, nonce }: Pick<Rotated, 'tokenHash' | 'generation' | 'nonce'>,
    origin: RequestOrigin,
  ): Rotated {
    const { row, hash, uid } = session.arrival;
    const { rules } = this.config;
    const now = this.nowOf(session);
    const told = toldUid(row, uid);
    const { ip, userAgent } = storableOrigin(origin);
    return {
      tokenHash,
      generation,
      nonce,
      replacedHash: hash,
      batchStartedAt: now,
      batchOpenUntil: now + rules.buffer,
      expiry: nextExpiry(row, now, rules),
      lastUsedAt: now,
      uid: told.uid,
      replacedUid: told.replacedUid,
      ip,
      userAgent,
    };
  }

  private nowOf(session: Session<U>): number {
    return this.clock.now() + session.arrival.clockOffset;
  }
}

/** The `uid` to tell from now on, and the one told until now, which a late response may still repeat. */
export function toldUid(row: AuthToken, uid: string): { uid: string; replacedUid: string | null } {
  return { uid, replacedUid: uid === row.uid ? row.replacedUid : row.uid };
}
