import { identityHash } from '../identities/identity-hash.js';
import type { Step } from '../database/database.js';
import type { AuthToken } from '../tokens/auth-token.entity.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { clientRow, sessionValues } from './client-rows.js';
import type { RailsImportReport } from './import-report.js';
import type { ImportTarget } from './import-target.js';
import type { RailsRow } from './rails-rows.js';
import { sessionsOf, type RailsSession } from './rails-sessions.js';
import type { UserValues } from './rails-user.js';

/** What the rules of a move depend on. */
export interface MoveRules {
  /** In ms since 1970. */
  readonly now: number;
  /** `tokenLifespan` of the application, in ms. */
  readonly lifespan: number;
}

/** Moves one user: in one transaction with its identity and its sessions. */
export class UserImport<U extends AnyUser> {
  private readonly user: U;

  constructor(
    private readonly target: ImportTarget<U>,
    private readonly row: RailsRow,
    private readonly values: UserValues<U>,
    private readonly rules: MoveRules,
    private readonly report: RailsImportReport,
  ) {
    this.user = target.keyed(values.id);
  }

  /** Adds the user. */
  async add(): Promise<void> {
    const { values, freed } = await this.withAddress();
    const rows = (await this.movable(this.sessions())).map((session) => this.clientRow(session));
    await this.target.run([
      ...freed,
      { statement: this.target.insertUser(values), mustChange: true },
      ...(await this.identity()),
      ...this.insertion(rows),
    ]);
    this.report.users++;
    this.report.clients += rows.length;
  }

  /** Brings a user up to date whom nobody has used here, and who has changed in Rails. */
  async refresh(existing: U): Promise<void> {
    const clients = await this.target.clientsOf(existing);
    const isUsed = existing.authEpoch !== 0 || clients.some(({ legacyHashes }) => legacyHashes === null);
    const { updatedAt } = this.values;
    const isNewer = updatedAt === undefined || updatedAt > existing.updatedAt;
    if (isUsed || !isNewer || !(await this.update(clients))) this.report.skippedUsers++;
    else this.report.refreshedUsers++;
  }

  private async update(clients: readonly AuthToken<U>[]): Promise<boolean> {
    const { values, freed } = await this.withAddress();
    const live = this.sessions();
    const known = (session: RailsSession) => clients.find(({ client }) => client === session.client);
    const rows = (await this.movable(live.filter((session) => known(session) === undefined))).map((session) =>
      this.clientRow(session),
    );
    const kept = live.flatMap((session) => {
      const { id } = known(session) ?? {};
      return id === undefined ? [] : [{ id, values: this.sessionValues(session) }];
    });
    const gone = clients.filter(({ id }) => !kept.some((client) => client.id === id));
    const { id, ...changes } = values;
    const isDone = await this.target.run([
      ...freed,
      {
        statement: this.target.updateUser(id, changes as Partial<U>, { authEpoch: 0 } as Partial<U>),
        mustChange: true,
      },
      ...(await this.identity()),
      // A client that is used at this moment must stay as it is, and its user with it.
      ...kept.map((client) => ({ statement: this.target.updateClient(client.id, client.values), mustChange: true })),
      ...gone.map((client) => ({ statement: this.target.deleteClient(client.id), mustChange: true })),
      ...this.insertion(rows),
    ]);
    if (isDone) this.report.clients += rows.length;
    return isDone;
  }

  /**
   * An address is one user's here: of those who share it the one who signs in with it has it, else the one who came first.
   * The others are known by their identities.
   */
  private async withAddress(): Promise<{ values: UserValues<U>; freed: Step[] }> {
    const { values } = this;
    const { email, id } = values;
    const holder = email === null ? null : await this.target.holderOf(email, id);
    if (email === null || holder === null) return { values, freed: [] };
    if (values.provider !== 'email' || holder.provider === 'email') {
      this.report.sharedEmails.push({ email, keptBy: holder.id, without: id });
      return { values: { ...values, email: null }, freed: [] };
    }
    this.report.sharedEmails.push({ email, keptBy: id, without: holder.id });
    const changes = { email: null, updatedAt: holder.updatedAt } as Partial<U>;
    const statement = this.target.updateUser(holder.id, changes, { email: holder.email } as Partial<U>);
    return { values, freed: [{ statement, mustChange: true }] };
  }

  /** Who the user is at a provider. */
  private async identity(): Promise<Step[]> {
    const { provider, uid: subject, email, createdAt } = this.values;
    if (provider === 'email') return [];
    const hash = identityHash({ provider, subject });
    if (await this.target.hasIdentity(hash)) {
      this.fault(`Somebody is known here already by its uid at the provider '${provider}'.`);
      return [];
    }
    const since = createdAt?.getTime() ?? this.rules.now;
    const identity = { hash, provider, subject, email, createdAt: since, user: this.user };
    return [{ statement: this.target.insertIdentity(identity), mustChange: true }];
  }

  private sessions(): readonly RailsSession[] {
    const found = sessionsOf(this.row['tokens'], this.rules.now);
    if (found === null) {
      this.fault('Its tokens are not JSON: it has been moved without its sessions.');
      return [];
    }
    const { skippedClients } = this.report;
    skippedClients.expired += found.expired;
    skippedClients.unusable += found.unusable;
    if (found.unusable > 0) this.fault(`${found.unusable} of its sessions cannot be read.`);
    return found.live;
  }

  /** The name of a client is one client's here, of whatever user. */
  private async movable(sessions: readonly RailsSession[]): Promise<readonly RailsSession[]> {
    const taken = new Set(await this.target.takenNames(sessions.map(({ client }) => client)));
    return sessions.filter(({ client }) => {
      const name = client.toLowerCase();
      if (!taken.has(name)) return taken.add(name);
      this.report.skippedClients.taken++;
      this.fault('One of its sessions has the name of a client that is here already.');
      return false;
    });
  }

  private insertion(rows: readonly ReturnType<typeof this.clientRow>[]): Step[] {
    return rows.length === 0 ? [] : [{ statement: this.target.insertClients(rows), mustChange: true }];
  }

  private clientRow(session: RailsSession) {
    return { ...clientRow(session.client, this.sessionValues(session), this.rules.now), user: this.user };
  }

  private sessionValues(session: RailsSession) {
    const uid = this.row['uid'];
    const told = typeof uid === 'string' && uid !== '' ? uid : this.values.uid;
    return sessionValues(session, told, this.rules.now, this.rules.lifespan);
  }

  private fault(reason: string): void {
    this.report.faults.push({ userId: this.values.id, reason });
  }
}
