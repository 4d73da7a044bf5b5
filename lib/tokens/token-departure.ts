import type { TokenAuthConfig } from '../token-auth.config.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { changed, type AuthToken } from './auth-token.entity.js';
import type { Clock } from './clock.js';
import type { IssuedToken } from './credentials.js';
import { isSameDevice, type RequestOrigin } from './origin.js';
import { departureStep, extensionGap, extensionOf, isBatchOpen, isTouchDue, sameExpiry } from './rotation.js';
import { Session } from './token-authenticator.js';
import type { TokenChain } from './token-chain.js';
import type { TokenAuthEvents } from './token-events.js';
import { toldUid, type TokenRotation } from './token-rotation.js';
import type { TokenStore } from './token-store.js';

/**
 * What the response tells the client: a token, blanks in its place, or nothing. `fresh`: the row was written for it, as a
 * batch answer's is not.
 */
export type Departure =
  | { readonly kind: 'token'; readonly issued: IssuedToken; readonly fresh: boolean }
  | { readonly kind: 'blank'; readonly client: string; readonly uid: string }
  | { readonly kind: 'none' };

/** What a departure knows of its request. */
export interface DepartureOptions {
  readonly origin: RequestOrigin;
  /** Whether the client asks for a rotation inside an open batch. */
  readonly unbatch: boolean;
  /** Whether the response can still tell its client anything; asked again right before a rotation is written. */
  readonly isDeliverable: () => boolean;
}

const NOTHING: Departure = Object.freeze({ kind: 'none' });

/** What an accepted request writes when its handler has finished, and what it tells the client. */
export class TokenDeparture<U extends AnyUser = AnyUser> {
  constructor(
    private readonly store: TokenStore<U>,
    private readonly rotation: TokenRotation<U>,
    private readonly chain: TokenChain,
    private readonly config: TokenAuthConfig,
    private readonly events: TokenAuthEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * Rotates, or finds out what to tell instead. It never fails: what the database refuses is answered as a batch is, and
   * the client keeps the token it has.
   */
  async depart(session: Session<U>, options: DepartureOptions): Promise<Departure> {
    return await this.orBatchAnswer(session, async () => {
      const row = await this.rowOf(session);
      if (row === null) return NOTHING;
      if (row.tokenHash !== session.arrival.row.tokenHash) return await this.follow(session, row, options);
      // With the row of the arrival, or a second retry after a lost response would not see that it is the second.
      return await this.carryOut(session, options);
    });
  }

  /** The answer for a response whose headers leave before the handler runs: nothing rotates. */
  async departEarly(session: Session<U>, options: DepartureOptions): Promise<Departure> {
    return await this.orBatchAnswer(session, async () => {
      const row = await this.rowOf(session);
      if (row === null) return NOTHING;
      const isReplaced = session.arrival.accepted === 'follower' || session.arrival.accepted === 'retry';
      if (!isReplaced && !this.config.rules.rotate) return await this.same(withRow(session, row));
      await this.touch(withRow(session, row));
      return await this.repeatOrBlank(withRow(session, row), options);
    });
  }

  /** Writes "last used", now and then, for requests whose responses cannot tell the client anything. */
  async touch(session: Session<U>): Promise<void> {
    const { row } = session.arrival;
    const now = this.nowOf(session);
    if (isTouchDue(row, now, this.config.rules)) {
      await this.store.update(row.id, { lastUsedAt: now }, { lastUsedAt: row.lastUsedAt });
    }
  }

  private async orBatchAnswer(session: Session<U>, decide: () => Promise<Departure>): Promise<Departure> {
    try {
      return await decide();
    } catch (error) {
      this.events.emit('rotation.failed', { client: session.client, error });
      return this.batchAnswer(session.arrival.row);
    }
  }

  private async carryOut(session: Session<U>, options: DepartureOptions): Promise<Departure> {
    switch (departureStep(session.arrival.accepted, options.unbatch, this.config.rules)) {
      case 'rotate':
        return await this.rotate(session, options);
      case 'stay':
        return await this.repeatOrBlank(session, options);
      case 'follow':
        return await this.follow(session, session.arrival.row, options);
      case 'resend':
        return await this.resend(session, options);
      case 'same':
        return await this.same(session);
    }
  }

  private async rotate(session: Session<U>, options: DepartureOptions): Promise<Departure> {
    const { row, uid } = session.arrival;
    const outcome = await this.rotation.rotate(session, options.origin, options.isDeliverable);
    if (outcome.by === 'itself') {
      if (options.unbatch) this.store.noteRotationInBatch();
      this.events.emit('token.rotated', { user: session.user, client: session.client, origin: options.origin });
      return this.token(row, outcome.token, uid, outcome.rotated.expiry, true);
    }
    if (!options.isDeliverable()) return NOTHING;
    if (outcome.by === 'unknown' || this.mustKnow(session, options)) return await this.lostRace(session, options);
    return await this.follow(session, changed(row, outcome.rotated), options);
  }

  /**
   * Whether what a request beside this one has written is not enough to go by: other processes may have rotated in turn by
   * then, and an outdated token must never be told; nor may a `uid` that this request has changed.
   */
  private mustKnow(session: Session<U>, { unbatch }: DepartureOptions): boolean {
    return this.config.batchResponse === 'repeat' || unbatch || session.hasChangedRow;
  }

  /** Somebody else rotated, or ended the client, between arrival and departure: one more SELECT tells. */
  private async lostRace(session: Session<U>, options: DepartureOptions): Promise<Departure> {
    const row = await this.store.findAgain(session.arrival.row);
    return row === null ? NOTHING : await this.follow(session, row, options);
  }

  /** A late member of a batch holds it open, so that a queue of requests that share a token drains. */
  private async follow(session: Session<U>, row: AuthToken<U>, options: DepartureOptions): Promise<Departure> {
    const { rules } = this.config;
    const { presented, hash } = this.chain.classify(session.arrival.token, row);
    if (presented !== 'replaced') return this.batchAnswer(row);
    const openUntil = extensionOf(row, this.nowOf(session), rules);
    const extended = openUntil !== null && (await this.store.extendBatch(row.id, hash, openUntil, extensionGap(rules)));
    // What was written just now was found by the replaced digest: the row is as it was seen.
    if (extended) return this.tell(session, row, options);
    return await this.repeatOrBlank(withRow(session, row), options);
  }

  /**
   * A batch answer that writes nothing. Only a repeated token must be sure that it is still the current one; while
   * the batch is open nothing rotates.
   */
  private async repeatOrBlank(session: Session<U>, options: DepartureOptions): Promise<Departure> {
    const { row } = session.arrival;
    if (this.config.batchResponse !== 'repeat' && !options.unbatch) return this.batchAnswer(row);
    // The clock may have been set back since somebody has rotated.
    const now = Math.max(this.nowOf(session), this.rotation.latestAt);
    if (isBatchOpen(row, now, this.config.rules)) return this.tell(session, row, options);
    const seen = await this.store.findAgain(session.arrival.row);
    return seen === null ? NOTHING : this.tell(session, seen, options);
  }

  /** After a lost response (`forgiving`): opens a new batch whose leader is told the same successor again. */
  private async resend(session: Session<U>, options: DepartureOptions): Promise<Departure> {
    const { row, hash, token, uid } = session.arrival;
    const now = this.nowOf(session);
    const batch = { batchStartedAt: now, batchOpenUntil: now + this.config.rules.buffer };
    const seen = { replacedHash: hash, batchOpenUntil: row.batchOpenUntil, batchStartedAt: row.batchStartedAt };
    const values = { ...batch, lastUsedAt: now, ...toldUid(row, uid) };
    if (!(await this.store.update(row.id, values, seen, options.isDeliverable))) {
      return options.isDeliverable() ? await this.lostRace(session, options) : NOTHING;
    }
    const successor = this.chain.current(token, row);
    return successor === null ? this.batchAnswer(row) : this.token(row, successor, uid, row.expiry, true);
  }

  /** Rotation is off; only "last used" is written, now and then. */
  private async same(session: Session<U>): Promise<Departure> {
    const { row, token, uid } = session.arrival;
    const { rules } = this.config;
    const now = this.nowOf(session);
    if (!isTouchDue(row, now, rules) && uid === row.uid) return this.token(row, token, uid, row.expiry, false);
    const expiry = sameExpiry(row, now, rules);
    const values = { lastUsedAt: now, expiry, ...toldUid(row, uid) };
    if (await this.store.update(row.id, values, { lastUsedAt: row.lastUsedAt })) {
      return this.token(row, token, uid, expiry, true);
    }
    const seen = await this.store.findAgain(session.arrival.row);
    return seen === null ? NOTHING : this.token(seen, token, seen.uid, seen.expiry, false);
  }

  /**
   * Tells the current token to a member of the batch: the one it showed, or the successor of it. The successor is told only
   * to the device that made the rotation: a thief who listens in could follow for ever.
   */
  private tell(session: Session<U>, row: AuthToken<U>, { origin, unbatch }: DepartureOptions): Departure {
    const { token } = session.arrival;
    const { presented } = this.chain.classify(token, row);
    const isRepeating = this.config.batchResponse === 'repeat';
    if (presented === 'current' && isRepeating) return this.token(row, token, row.uid, row.expiry, false);
    const isTold = presented === 'replaced' && (isRepeating || unbatch) && isSameDevice(origin, row);
    const successor = isTold ? this.chain.current(token, row) : null;
    return successor === null ? this.batchAnswer(row) : this.token(row, successor, row.uid, row.expiry, false);
  }

  /** The row as it was on arrival, unless this process has since done what may have changed it inside its batch. */
  private async rowOf(session: Session<U>): Promise<AuthToken<U> | null> {
    const { row, disturbances } = session.arrival;
    return this.store.disturbances === disturbances ? row : await this.store.findAgain(row);
  }

  private token(row: AuthToken<U>, accessToken: string, uid: string, expiry: number, fresh: boolean): Departure {
    return { kind: 'token', issued: { uid, client: row.client, accessToken, tokenType: 'Bearer', expiry }, fresh };
  }

  private batchAnswer(row: AuthToken<U>): Departure {
    return this.config.batchResponse === 'omit' ? NOTHING : { kind: 'blank', client: row.client, uid: row.uid };
  }

  /** The time by the clock that opened the batch. */
  private nowOf(session: Session<U>): number {
    return this.clock.now() + session.arrival.clockOffset;
  }
}

/** The same session with its row as it is now. */
function withRow<U extends AnyUser>({ user, client, arrival }: Session<U>, row: AuthToken<U>): Session<U> {
  return new Session(user, client, { ...arrival, row });
}
