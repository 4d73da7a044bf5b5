import { createHmac, hash, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto';

/**
 * What a token is made of: `base64url(generation ‖ secret ‖ tag)`, 4 + 32 + 16 bytes, 70 characters, opaque to clients.
 *
 * - The secret is 256 bits. The first one of a client is random; every later one is derived from the token that it
 *   replaces, so that whoever shows the replaced token lets any process work out the very successor the leader got.
 * - The tag is an HMAC under a key of the client's row. It never grants access; it only tells a token that this server
 *   once issued from noise, without keeping a history.
 */
const GENERATION_BYTES = 4;
const SECRET_BYTES = 32;
const TAG_BYTES = 16;
const TOKEN_BYTES = GENERATION_BYTES + SECRET_BYTES + TAG_BYTES;

/** A token taken apart. Only its shape has been checked. */
export interface ParsedToken {
  readonly generation: number;
  readonly secret: Buffer;
  readonly tag: Buffer;
}

/** What binds a token to one client: the row's id and the key of its tags. */
export interface TokenBinding {
  readonly id: string;
  readonly tagKey: string;
}

/** What is stored beside a token's digest so that its successor can be derived once more. */
export interface Succession extends TokenBinding {
  readonly generation: number;
  readonly nonce: string | null;
}

/** 256 random bits as lower-case hex, which every collation compares alike. */
export function randomKey(): string {
  return randomBytes(32).toString('hex');
}

/**
 * 256 random bits at a time as {@link randomKey} gives them, drawn in stock: the system takes as long for few bytes as for
 * many. For nonces, which are stored in the clear anyway.
 */
export class NonceStock {
  private readonly bytes = Buffer.alloc(32 * 128);
  private used = this.bytes.length;

  next(): string {
    if (this.used === this.bytes.length) {
      randomFillSync(this.bytes);
      this.used = 0;
    }
    return this.bytes.toString('hex', this.used, (this.used += 32));
  }
}

/** The public name of a client: 128 random bits as lower-case hex. */
export function randomClientName(): string {
  return randomBytes(16).toString('hex');
}

/** The first token of a client. */
export function firstToken(binding: TokenBinding): string {
  return assemble(binding, 0, randomBytes(SECRET_BYTES));
}

/**
 * The successor of `token`: HMAC-SHA-256 keyed by the token it replaces (and the pepper, if any) over the row's id, the
 * successor's generation and the nonce kept in the row. Neither the database alone nor the old token alone gives it.
 */
export function successorOf(token: string, succession: Succession, pepper: string): string {
  // Not the token itself: HMAC replaces a key of more than 64 bytes by its SHA-256, which is the digest in the database.
  const key = keyed(`successor\0${token}`, pepper);
  const { id, generation, nonce } = succession;
  const message = `successor\0${id}\0${generation}\0${nonce ?? ''}`;
  return assemble(succession, generation, createHmac('sha256', key).update(message).digest());
}

/**
 * What is stored of a token: SHA-256, or HMAC-SHA-256 under the pepper, as lower-case hex. No slow hash: it would protect
 * nothing that has 256 bits of entropy.
 */
export function digestOf(token: string, pepper: string): string {
  return pepper === '' ? hash('sha256', token) : createHmac('sha256', pepper).update(`digest\0${token}`).digest('hex');
}

/** Takes a presented value apart; null unless it is a token in its one canonical spelling. */
export function parseToken(value: string): ParsedToken | null {
  if (!/^[\w-]{70}$/.test(value)) return null;
  const bytes = Buffer.from(value, 'base64url');
  if (bytes.length !== TOKEN_BYTES || bytes.toString('base64url') !== value) return null;
  return {
    generation: bytes.readUInt32BE(0),
    secret: bytes.subarray(GENERATION_BYTES, GENERATION_BYTES + SECRET_BYTES),
    tag: bytes.subarray(GENERATION_BYTES + SECRET_BYTES),
  };
}

/** Whether this server issued the token for this client at some time. */
export function isAuthentic(token: ParsedToken, binding: TokenBinding): boolean {
  return timingSafeEqual(token.tag, tagOf(binding, token.generation, token.secret));
}

/** Compares two stored digests in constant time. */
export function sameDigest(a: string, b: string | null): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b ?? '')];
  return left.length === right.length && timingSafeEqual(left, right);
}

function assemble(binding: TokenBinding, generation: number, secret: Buffer): string {
  const counter = Buffer.alloc(GENERATION_BYTES);
  counter.writeUInt32BE(generation);
  return Buffer.concat([counter, secret, tagOf(binding, generation, secret)]).toString('base64url');
}

function tagOf(binding: TokenBinding, generation: number, secret: Buffer): Buffer {
  const hmac = createHmac('sha256', Buffer.from(binding.tagKey, 'hex'));
  return hmac.update(`tag\0${binding.id}\0${generation}\0`).update(secret).digest().subarray(0, TAG_BYTES);
}

/** HMAC-SHA-256 under the pepper; without one SHA-256, which tells as little of a text that nobody can guess. */
function keyed(text: string, pepper: string): Buffer {
  return pepper === '' ? hash('sha256', text, 'buffer') : createHmac('sha256', pepper).update(text).digest();
}
