import type { UserId } from '../users/token-auth-user.entity.js';

/** Two accounts with one e-mail address, of which only one can have it here. */
export interface SharedEmail {
  readonly email: string;
  /** The account that has the address. */
  readonly keptBy: UserId;
  /** The account that has been moved without it. */
  readonly without: UserId;
}

/** Something that could not be moved, and why. */
export interface RailsFault {
  /** The `id` of the row; null where it has none. */
  readonly userId: UserId | null;
  readonly reason: string;
}

/** What an import has done. It holds addresses, but nothing that would sign anybody in. */
export interface RailsImportReport {
  /** How many users are new here. */
  users: number;
  /** How many sessions are new here. */
  clients: number;
  /** How many users have been brought up to date (`refresh`). */
  refreshedUsers: number;
  /** How many users were left as they are, because they are here already, or left out by `map`. */
  skippedUsers: number;
  /**
   * How many sessions were not moved: at their end in Rails, not to be read, or named like a client of somebody else
   * here.
   */
  readonly skippedClients: { expired: number; unusable: number; taken: number };
  readonly sharedEmails: SharedEmail[];
  /** What a person should look at. */
  readonly faults: RailsFault[];
}

export function emptyReport(): RailsImportReport {
  return {
    users: 0,
    clients: 0,
    refreshedUsers: 0,
    skippedUsers: 0,
    skippedClients: { expired: 0, unusable: 0, taken: 0 },
    sharedEmails: [],
    faults: [],
  };
}
