import type { Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { isForeignKeyViolation, isUnfitValue, isUniqueViolation } from '../database/database-errors.js';
import { toMilliseconds, type Duration } from '../duration.js';
import { systemClock, type Clock } from '../tokens/clock.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { emptyReport, type RailsImportReport } from './import-report.js';
import { ImportTarget } from './import-target.js';
import { readTable, type RailsRow, type RailsTable } from './rails-rows.js';
import { idOf, UnusableRowError, userValues, type UserValues } from './rails-user.js';
import { UserImport } from './user-import.js';

/** What {@link importFromRails} takes. */
export interface RailsImportOptions<U extends AnyUser> {
  /**
   * Where the users are: a table, which is read in pages; or rows by rising id, from wherever they come. `tokens` may be JSON
   * or text that holds JSON; times a `Date` or text, in UTC where it names no zone.
   */
  readonly source: RailsTable | AsyncIterable<RailsRow>;

  /** Where they go: an initialised data source with the entities `entitiesFor(userEntity)`, and their tables. */
  readonly target: DataSource;

  /** The application's user entity. */
  readonly userEntity: Type<U>;

  /**
   * The values of the application's own columns, or of others that are to be different from what Rails has; null leaves the
   * user out. What it throws ends the import.
   *
   * @defaultValue none
   */
  readonly map?: (row: RailsRow) => Partial<U> | null | Promise<Partial<U> | null>;

  /**
   * How the application calls the providers of Rails, such as `{ google_oauth2: 'google' }`.
   *
   * @defaultValue as Rails does
   */
  readonly providers?: Readonly<Record<string, string>>;

  /**
   * `tokenLifespan` of the application.
   *
   * @defaultValue `'2 weeks'`, as it is there
   */
  readonly tokenLifespan?: Duration;

  /**
   * Also brings users up to date who are here already: those whose row is newer in Rails and who have not been used here.
   * Only before the application is in use: a client that was signed out here would come back.
   *
   * @defaultValue `false`
   */
  readonly refresh?: boolean;

  /**
   * How many rows are read at a time, 1 or more.
   *
   * @defaultValue `500`
   */
  readonly batchSize?: number;

  /**
   * Told what has been done after so many rows, and at the end.
   *
   * @defaultValue none
   */
  readonly onProgress?: (report: RailsImportReport) => void;

  /**
   * Where the time comes from, for tests.
   *
   * @defaultValue the clock of the process
   */
  readonly clock?: Clock;
}

/**
 * Moves users of devise_token_auth in, with their passwords and their live sessions, so that nobody has to sign in again:
 * a token that Ruby made works once more, and is replaced as it is used. Users keep their ids.
 *
 * Each user is moved in one transaction, and one who is here already is left alone: a run that was cut off is simply started
 * again. Listeners and subscribers of the entity do not run. Run it in a process of its own, and not in two at once.
 *
 * @returns what was done, and what a person should look at; rows that the database refuses are among it, and do not end
 * the import.
 * @throws TypeError for options that cannot work; DatabaseError when a database fails.
 * @example
 * ```ts
 * const report = await importFromRails({ source: { dataSource: rails }, target, userEntity: User });
 * ```
 */
export async function importFromRails<U extends AnyUser>(options: RailsImportOptions<U>): Promise<RailsImportReport> {
  const { source, target, userEntity, batchSize = 500, clock = systemClock, onProgress = () => {} } = options;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new TypeError('batchSize must be a whole number of 1 or more.');
  }
  const lifespan = toMilliseconds(options.tokenLifespan ?? '2 weeks');
  const tables = new ImportTarget(target, userEntity);
  const report = emptyReport();
  const rows = 'dataSource' in source ? readTable(source, batchSize) : source;
  let count = 0;
  try {
    for await (const row of rows) {
      await move(row, options, tables, { now: clock.now(), lifespan }, report);
      if (++count % batchSize === 0) onProgress(report);
    }
  } finally {
    if (report.users > 0) await tables.advanceSequence();
  }
  onProgress(report);
  return report;
}

async function move<U extends AnyUser>(
  row: RailsRow,
  { map = () => ({}), providers = {}, refresh = false }: RailsImportOptions<U>,
  tables: ImportTarget<U>,
  rules: { now: number; lifespan: number },
  report: RailsImportReport,
): Promise<void> {
  const own = await map(row);
  if (own === null) {
    report.skippedUsers++;
    return;
  }
  try {
    const values = userValues(row, own, providers);
    const existing = await tables.find(values.id);
    const user = new UserImport(tables, row, values, rules, report);
    const isOther = existing !== null && isSomebodyElse(existing, values);
    if (isOther) report.faults.push({ userId: values.id, reason: 'Somebody else has its id here.' });
    if (existing === null) await user.add();
    else if (refresh && !isOther) await user.refresh(existing);
    else report.skippedUsers++;
  } catch (error) {
    const isOfThisRow = [isUnfitValue, isUniqueViolation, isForeignKeyViolation].some((is) => is(error));
    if (!isOfThisRow && !(error instanceof UnusableRowError)) throw error;
    report.faults.push({ userId: idOf(row), reason: (error as Error).message });
  }
}

/** Whether a user here is not the one of this row, as whoever has signed up before the import was done may be. */
function isSomebodyElse<U extends AnyUser>({ uid, createdAt }: U, values: UserValues<U>): boolean {
  // Columns may keep whole seconds.
  const isOfAnotherTime = Math.abs(createdAt.getTime() - (values.createdAt ?? createdAt).getTime()) >= 1000;
  return isOfAnotherTime && uid !== values.uid;
}
