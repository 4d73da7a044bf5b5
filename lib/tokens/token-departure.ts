import { pause } from '../database/database.js';
import { isDatabaseBusy } from '../database/database-errors.js';
import type { TokenAuthConfig } from '../token-auth.config.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { AuthToken } from './auth-token.entity.js';
import type { Clock } from './clock.js';
import type { IssuedToken } from './credentials.js';
import { isSameDevice, storableOrigin, type RequestOrigin } from './origin.js';
import {
  departureStep,
  extensionGap,
  extensionOf,
  isBatchOpen,
  isTouchDue,
  nextExpiry,
  sameExpiry,
} from './rotation.js';
import { Session } from './token-authenticator.js';
import type { NextToken, TokenChain } from './token-chain.js';
import type { TokenAuthEvents } from './token-events.js';
import type { TokenStore } from './token-store.js';

/**
 * What the response tells the client: a token, blanks in its place, or nothing. `fresh`: the row was written for it, as a
 * batch answer's is not.
 */
export type Departure =
  | { readonly kind: 'token'; readonly issued: IssuedToken; readonly fresh: boolean }
  | { readonly kind: 'blank'; readonly client: string; readonly uid: string }
  | { readonly kind: 'none' };

const NOTHING: Departure = Object.freeze({ kind: 'none' });

/** How often a rotation that lost a race in the database is tried again. */
const RETRIES = 2;

/** Rules 6 to 12: what an accepted request writes when its handler has finished, and what it tells the client. */
export class TokenDeparture<U extends AnyUser = AnyUser> {
  constructor(
    private readonly store: TokenStore<U>,
    private readonly chain: TokenChain,
    private readonly config: TokenAuthConfig,
    private readonly events: TokenAuthEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * Rotates, or finds out what to tell instead. It never fails: what the database refuses is answered as a batch is, and
   * the client keeps the token it has.
   *
   * @param isAwaited - whether the client can still be told; asked again when the database is ready for the rotation.
   */
  async depart(
    session: Session<U>,
    origin: RequestOrigin,
    unbatch: boolean,
    isAwaited: () => boolean = () => true,
  ): Promise<Departure> {
    try {
      if (this.store.revocations === session.arrival.revocations) {
        return await this.carryOut(session, origin, unbatch, isAwaited);
      }
      // A client was ended by this process meanwhile; it may be this one.
      const row = await this.lookAgain(session);
      if (row === null) return NOTHING;
      const isAsBefore = row.tokenHash === session.arrival.row.tokenHash;
      return await (isAsBefore
        ? this.carryOut(withRow(session, row), origin, unbatch, isAwaited)
        : this.follow(session, row, origin, unbatch));
    } catch (error) {
      this.events.emit('rotation.failed', { client: session.client, error });
      return this.batchAnswer(session.arrival.row);
    }
  }

  /** The answer for a response whose headers leave before the handler runs: nothing rotates. */
  async departEarly(session: Session<U>, origin: RequestOrigin): Promise<Departure> {
    const isCurrent = session.arrival.accepted === 'current' || session.arrival.accepted === 'batched';
    try {
      if (isCurrent && !this.config.rules.rotate) return await this.same(session);
      if (isCurrent) return await this.stay(session, origin);
      return this.tellSuccessor(session, session.arrival.row, origin, this.config.batchResponse === 'repeat');
    } catch (error) {
      this.events.emit('rotation.failed', { client: session.client, error });
      return this.batchAnswer(session.arrival.row);
    }
  }

  private async carryOut(
    session: Session<U>,
    origin: RequestOrigin,
    unbatch: boolean,
    isAwaited: () => boolean,
  ): Promise<Departure> {
    switch (departureStep(session.arrival.accepted, unbatch, this.config.rules)) {
      case 'rotate':
        return await this.rotate(session, origin, unbatch, isAwaited);
      case 'stay':
        return await this.stay(session, origin);
      case 'follow':
        return await this.follow(session, session.arrival.row, origin, unbatch);
      case 'resend':
        return await this.resend(session, origin, unbatch);
      case 'same':
        return await this.same(session);
    }
  }

  /** Rule 10: compare-and-swap. */
  private async rotate(
    session: Session<U>,
    origin: RequestOrigin,
    unbatch: boolean,
    isAwaited: () => boolean,
  ): Promise<Departure> {
    const { row, hash } = session.arrival;
    for (let attempt = 0; ; attempt++) {
      const next = this.chain.next(session.arrival.token, row);
      const values = this.rotated(session, next, origin);
      try {
        if (await this.store.update(row.id, values, { tokenHash: hash }, isAwaited)) {
          return this.token(row, next.token, values.uid, values.expiry, true);
        }
        return await this.lostRace(session, origin, unbatch);
      } catch (error) {
        // Whether it was written is not known, unless the database says that it was not.
        const seen = await this.lookAgain(session);
        if (seen?.tokenHash === next.tokenHash) return this.token(row, next.token, values.uid, values.expiry, true);
        if (seen?.tokenHash !== hash) return await this.lostRace(session, origin, unbatch);
        if (attempt === RETRIES || !isDatabaseBusy(error)) throw error;
        await pause(10 * Math.random());
      }
    }
  }

  private rotated(session: Session<U>, next: NextToken, origin: RequestOrigin) {
    const { row, hash } = session.arrival;
    const { rules } = this.config;
    const now = this.nowOf(session);
    return {
      tokenHash: next.tokenHash,
      replacedHash: hash,
      generation: next.generation,
      nonce: next.nonce,
      batchStartedAt: now,
      batchOpenUntil: now + rules.buffer,
      expiry: nextExpiry(row, now, rules),
      lastUsedAt: now,
      ...toldUid(row, session.user.uid),
      ...storableOrigin(origin),
    };
  }

  /** Somebody else rotated, or ended the client, between arrival and departure: one more SELECT tells. */
  private async lostRace(session: Session<U>, origin: RequestOrigin, unbatch: boolean): Promise<Departure> {
    const row = await this.lookAgain(session);
    if (row === null) return NOTHING;
    return await this.follow(session, row, origin, unbatch);
  }

  /** Rule 8: a late member of a batch holds it open, so that a queue of requests that share a token drains. */
  private async follow(
    session: Session<U>,
    row: AuthToken<U>,
    origin: RequestOrigin,
    unbatch: boolean,
  ): Promise<Departure> {
    const { rules, batchResponse } = this.config;
    const { presented, hash } = this.chain.classify(session.arrival.token, row);
    if (presented !== 'replaced') return this.batchAnswer(row);
    const now = this.nowOf(session);
    const openUntil = extensionOf(row, now, rules);
    const extended = openUntil !== null && (await this.store.extendBatch(row.id, hash, openUntil, extensionGap(rules)));
    if (batchResponse !== 'repeat' && !unbatch) return this.batchAnswer(row);
    // The successor must not be told once it has been replaced in turn: by an extension, or an open batch, it has not.
    const current =
      extended || row !== session.arrival.row || isBatchOpen(row, now, rules) ? row : await this.lookAgain(session);
    return current === null ? NOTHING : this.tellSuccessor(session, current, origin, true);
  }

  /** Rule 9: the current token of an open batch. Only an echo must be sure that it is still the current one. */
  private async stay(session: Session<U>, origin: RequestOrigin): Promise<Departure> {
    const { rules, batchResponse } = this.config;
    if (batchResponse !== 'repeat') return this.batchAnswer(session.arrival.row);
    const row = isBatchOpen(session.arrival.row, this.nowOf(session), rules)
      ? session.arrival.row
      : await this.lookAgain(session);
    if (row === null) return NOTHING;
    const { presented } = this.chain.classify(session.arrival.token, row);
    if (presented !== 'current') return this.tellSuccessor(session, row, origin, true);
    return this.token(row, session.arrival.token, row.uid, row.expiry, false);
  }

  /** After a lost response (`forgiving`): opens a new batch whose leader is told the same successor again. */
  private async resend(session: Session<U>, origin: RequestOrigin, unbatch: boolean): Promise<Departure> {
    const { row, hash } = session.arrival;
    const { rules } = this.config;
    const now = this.nowOf(session);
    const values = {
      batchStartedAt: now,
      batchOpenUntil: now + rules.buffer,
      lastUsedAt: now,
      ...toldUid(row, session.user.uid),
    };
    const seen = { replacedHash: hash, batchOpenUntil: row.batchOpenUntil, batchStartedAt: row.batchStartedAt };
    if (!(await this.store.update(row.id, values, seen))) return await this.lostRace(session, origin, unbatch);
    const successor = this.chain.current(session.arrival.token, row);
    return successor === null ? this.batchAnswer(row) : this.token(row, successor, values.uid, row.expiry, true);
  }

  /** Rule 7: rotation is off; only "last used" is written, now and then. */
  private async same(session: Session<U>): Promise<Departure> {
    const { row } = session.arrival;
    const { rules } = this.config;
    const now = this.nowOf(session);
    const told = toldUid(row, session.user.uid);
    if (!isTouchDue(row, now, rules) && told.uid === row.uid) {
      return this.token(row, session.arrival.token, row.uid, row.expiry, false);
    }
    const expiry = sameExpiry(row, now, rules);
    if (await this.store.update(row.id, { lastUsedAt: now, expiry, ...told }, { lastUsedAt: row.lastUsedAt })) {
      return this.token(row, session.arrival.token, told.uid, expiry, true);
    }
    const seen = await this.lookAgain(session);
    return seen === null ? NOTHING : this.token(seen, session.arrival.token, seen.uid, seen.expiry, false);
  }

  /**
   * Tells the successor of the replaced token that was shown, but only to the device that made the rotation: a thief who
   * listens in could follow for ever.
   */
  private tellSuccessor(session: Session<U>, row: AuthToken<U>, origin: RequestOrigin, told: boolean): Departure {
    const successor = told && isSameDevice(origin, row) ? this.chain.current(session.arrival.token, row) : null;
    return successor === null ? this.batchAnswer(row) : this.token(row, successor, row.uid, row.expiry, false);
  }

  private async lookAgain(session: Session<U>): Promise<AuthToken<U> | null> {
    const found = await this.store.find(session.arrival.row.client);
    return found?.row.id === session.arrival.row.id ? found.row : null;
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

/** The `uid` to tell from now on, and the one told until now, which a late response may still repeat. */
function toldUid(row: AuthToken, uid: string): { uid: string; replacedUid: string | null } {
  return { uid, replacedUid: uid === row.uid ? row.replacedUid : row.uid };
}

/** The same session with its row as it is now. */
function withRow<U extends AnyUser>({ user, client, arrival }: Session<U>, row: AuthToken<U>): Session<U> {
  return new Session(user, client, { ...arrival, row });
}
