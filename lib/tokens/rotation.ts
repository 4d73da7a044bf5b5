/**
 * When a client's token is accepted and when it changes: the rules as pure functions of a row, what was shown, the time
 * and the options. All times are milliseconds since 1970, all durations milliseconds.
 *
 * A row knows its current token, the replaced one before it, and until when the present batch is open. While a batch is
 * open the replaced token still serves and nothing rotates; once it has closed, the next request rotates.
 */

/** The options that the rules depend on. */
export interface RotationRules {
  /** Whether tokens rotate at all (`changeHeadersOnEachRequest`). */
  readonly rotate: boolean;
  /** How long a client lives without being used, in ms (`tokenLifespan`). */
  readonly tokenLifespan: number;
  /** How long a client lives at most, in ms, or null (`clientLifespan`). */
  readonly clientLifespan: number | null;
  /** How long a batch stays open after a rotation and after each late member, in ms (`batchRequestBufferThrottle`). */
  readonly buffer: number;
  /** How long a batch stays open at most, in ms (`batchRequestLimit`). */
  readonly batchLimit: number;
  /** Whether a replaced token is accepted after its batch has closed (`lostResponse: 'forgiving'`). */
  readonly forgiving: boolean;
}

/** What the rules read of a client's row. */
export interface ClientState {
  readonly generation: number;
  readonly batchStartedAt: number;
  readonly batchOpenUntil: number;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  /** A lifespan of this client's own, in ms, or null for the configured one. */
  readonly lifespan: number | null;
  /** When a client that has come by a reset link ends at the latest; null for all others. */
  readonly passwordChangeUntil: number | null;
  /** The last advertised expiry, in whole seconds. */
  readonly expiry: number;
}

/** What a presented token is to its row. */
export type TokenStanding = 'current' | 'replaced' | 'outdated' | 'foreign';

/** Accepted: the current token, the same while its batch is open, a batch's late member, or a retry after a lost response. */
export type Acceptance = 'current' | 'batched' | 'follower' | 'retry';

/** Refused: at the end of the client's life, for a token that was replaced, or for noise. */
export type Refusal = 'expired' | 'reused' | 'foreign';

export type Arrival = { readonly accepted: Acceptance; readonly refused?: undefined } | { readonly refused: Refusal };

/** What an accepted request does when its handler has finished. */
export type DepartureStep = 'rotate' | 'stay' | 'follow' | 'resend' | 'same';

/** How far a clock may have been set back while a batch is open, in ms: followers are not refused for it. */
export const CLOCK_TOLERANCE = 3_600_000;

/** What to do with a request that shows a token of this row. */
export function arrive(state: ClientState, presented: TokenStanding, now: number, rules: RotationRules): Arrival {
  if (presented === 'foreign') return { refused: 'foreign' };
  if (now >= endOf(state, rules)) return { refused: 'expired' };
  if (presented === 'outdated') return { refused: 'reused' };
  const open = isBatchOpen(state, now, rules);
  if (presented === 'current') return { accepted: open ? 'batched' : 'current' };
  if (open) return { accepted: 'follower' };
  return rules.forgiving ? { accepted: 'retry' } : { refused: 'reused' };
}

/** Which step follows from how the request was accepted. */
export function departureStep(accepted: Acceptance, unbatch: boolean, rules: RotationRules): DepartureStep {
  if (accepted === 'follower') return 'follow';
  if (accepted === 'retry') return 'resend';
  if (!rules.rotate) return 'same';
  return accepted === 'batched' && !unbatch ? 'stay' : 'rotate';
}

/**
 * Whether the batch is open. An end further ahead than the buffer and {@link CLOCK_TOLERANCE} was written by a broken
 * clock and counts as closed, so that the client heals at its next rotation.
 */
export function isBatchOpen(state: Pick<ClientState, 'batchOpenUntil'>, now: number, rules: RotationRules): boolean {
  const isPlausible = state.batchOpenUntil <= now + rules.buffer + CLOCK_TOLERANCE;
  return rules.buffer > 0 && now < state.batchOpenUntil && isPlausible;
}

/** When the client ends unless it is used before, in ms: the enforced end, not the advertised one. */
export function endOf(state: ClientState, rules: RotationRules): number {
  const idle = state.lastUsedAt + (state.lifespan ?? rules.tokenLifespan);
  const absolute = rules.clientLifespan === null ? Infinity : state.createdAt + rules.clientLifespan;
  return Math.min(idle, absolute, state.passwordChangeUntil ?? Infinity);
}

/**
 * The expiry to advertise for a token made now, in whole seconds. It strictly rises from token to token whatever the
 * clocks do, because clients put responses in order by it.
 */
export function nextExpiry(state: Pick<ClientState, 'expiry' | 'lifespan'>, now: number, rules: RotationRules): number {
  return Math.max(state.expiry + 1, advertisedEnd(state, now, rules));
}

/** The expiry to advertise for the same token when it has been used again, in whole seconds; it never falls. */
export function sameExpiry(state: Pick<ClientState, 'expiry' | 'lifespan'>, now: number, rules: RotationRules): number {
  return Math.max(state.expiry, advertisedEnd(state, now, rules));
}

function advertisedEnd(state: Pick<ClientState, 'lifespan'>, now: number, rules: RotationRules): number {
  return Math.floor((now + (state.lifespan ?? rules.tokenLifespan)) / 1000);
}

/**
 * Until when a late member holds the batch open, or null when there is nothing to write: the batch has reached its limit,
 * or another member wrote less than {@link extensionGap} ago.
 */
export function extensionOf(state: ClientState, now: number, rules: RotationRules): number | null {
  const openUntil = Math.min(now + rules.buffer, state.batchStartedAt + rules.batchLimit);
  if (openUntil <= now || openUntil - state.batchOpenUntil < extensionGap(rules)) return null;
  return openUntil;
}

/**
 * How much later an extension must end than the one before it, in ms: at most one write per client and this time. A whole
 * number, because it is compared with one in the database.
 */
export function extensionGap(rules: RotationRules): number {
  return Math.max(1, Math.ceil(Math.min(1000, rules.buffer / 4)));
}

/**
 * Whether the client signed in no longer than this ago, in ms. A sign-in further ahead than {@link CLOCK_TOLERANCE} was
 * written by a broken clock and counts as old.
 */
export function isRecentSignIn({ createdAt }: Pick<ClientState, 'createdAt'>, now: number, within: number): boolean {
  return now - createdAt <= within && createdAt - now <= CLOCK_TOLERANCE;
}

/** Whether "last used" is old enough to be written again: at most once per minute, or a tenth of a short lifespan. */
export function isTouchDue(state: ClientState, now: number, rules: RotationRules): boolean {
  return now - state.lastUsedAt >= Math.min(60_000, (state.lifespan ?? rules.tokenLifespan) / 10);
}
