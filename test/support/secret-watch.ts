import { inspect } from 'node:util';

/** What a secret is, as a finding calls it: the value itself is never said. */
export type SecretKind =
  | 'access token'
  | 'one-time token'
  | 'cookie'
  | 'password'
  | 'password digest'
  | 'OAuth value'
  | 'pepper'
  | 'provider secret';

/** Where a secret must not turn up. */
export type Place = 'log' | 'event' | 'error body' | 'thrown error' | 'statement' | `column ${string}`;

/** Shorter ones turn up by chance, as do the short words that tests call tokens. */
const SHORTEST: Partial<Record<SecretKind, number>> = { password: 8, 'password digest': 60 };
const SHORTEST_ELSE = 16;
/** Different characters: tests repeat one to make a text of some length. */
const FEWEST = 5;
/** In characters: what a secret is looked up by. */
const KEY = 8;
const BCRYPT = /^\$2[abxy]\$\d\d\$[./\dA-Za-z]{53}$/;
/** What tests send as a password that is none: digests, as somebody with a copy of the database would, and addresses. */
const NO_PASSWORD = /^\$(2|argon2)|@example\.com/;
/** These are stored; anywhere else they have no business. */
const isStored = (place: Place) => place === 'statement' || place.startsWith('column');

/** Collects the secrets of a test file and the texts they must not be in, and compares the two at its end. */
export class SecretWatch {
  private readonly secrets = new Map<string, SecretKind>();
  private readonly texts = new Map<string, Set<Place>>();

  /** From now on this value must turn up nowhere. */
  keep(kind: SecretKind, value: unknown): void {
    if (typeof value !== 'string' || value.length < (SHORTEST[kind] ?? SHORTEST_ELSE)) return;
    if (new Set(value).size < FEWEST || (kind === 'password' && NO_PASSWORD.test(value))) return;
    // Of a secret that is another one's part, the first that came tells what it is.
    if (!this.secrets.has(value)) this.secrets.set(value, kind);
  }

  /** Something that was said or stored; texts as they are, anything else as a debugger shows it. */
  see(place: Place, value: unknown): void {
    const text = typeof value === 'string' ? value : inspect(value, { depth: 8, maxStringLength: null });
    if (text.length < KEY) return;
    if (isStored(place) && BCRYPT.test(text)) this.keep('password digest', text);
    const places = this.texts.get(text);
    if (places === undefined) this.texts.set(text, new Set([place]));
    else places.add(place);
  }

  /** How many secrets there are of each kind. */
  get counts(): Partial<Record<SecretKind, number>> {
    const counts: Partial<Record<SecretKind, number>> = {};
    for (const kind of this.secrets.values()) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }

  /** Which kinds of secrets are where. */
  findings(): string[] {
    const index = this.index();
    const found = new Set<string>();
    for (const [text, places] of this.texts) {
      for (const kind of kindsIn(text, index)) {
        for (const place of places) {
          if (kind !== 'password digest' || !isStored(place)) found.add(`${kind} in ${place}`);
        }
      }
    }
    return [...found].sort();
  }

  forget(): void {
    this.secrets.clear();
    this.texts.clear();
  }

  /** All secrets by how they begin, so that a text is read once, however many there are. */
  private index(): Map<string, [string, SecretKind][]> {
    const index = new Map<string, [string, SecretKind][]>();
    for (const entry of this.secrets) {
      const key = entry[0].slice(0, KEY);
      const others = index.get(key);
      if (others === undefined) index.set(key, [entry]);
      else others.push(entry);
    }
    return index;
  }
}

function kindsIn(text: string, index: Map<string, [string, SecretKind][]>): Set<SecretKind> {
  const kinds = new Set<SecretKind>();
  for (let at = 0; at <= text.length - KEY; at++) {
    for (const [secret, kind] of index.get(text.slice(at, at + KEY)) ?? []) {
      if (text.startsWith(secret, at)) kinds.add(kind);
    }
  }
  return kinds;
}

/** The one of this test file. */
export const watch = new SecretWatch();
