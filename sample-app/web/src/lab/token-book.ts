import type { Bead } from './events.js';

/** A token, and whose it is. */
export interface Seen {
  readonly token: string;
  readonly client: string;
  readonly uid: string;
}

/** The tokens that have been seen, by their numbers. The tokens themselves stay in here; nothing of the page shows them. */
export class TokenBook {
  private readonly entries: Seen[] = [];

  /** The number of a token, and whether nobody had seen it before. */
  number(entry: Seen): { bead: Bead; isNew: boolean } {
    const index = this.entries.findIndex(({ token }) => token === entry.token);
    if (index >= 0) return { bead: index + 1, isNew: false };
    this.entries.push(entry);
    return { bead: this.entries.length, isNew: true };
  }

  /** The headers that show a token. */
  headersOf(bead: Bead): Record<string, string> {
    const entry = this.entries[bead - 1];
    if (entry === undefined) throw new Error(`There is no token ${bead}.`);
    return { 'access-token': entry.token, client: entry.client, uid: entry.uid };
  }

  /** The numbers of the tokens of the client that was seen last, the newest first. */
  ofThisClient(): Bead[] {
    const client = this.entries.at(-1)?.client;
    return this.entries.flatMap((entry, index) => (entry.client === client ? [index + 1] : [])).reverse();
  }
}
