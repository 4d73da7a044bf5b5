import type { DataSource } from 'typeorm';
import type { Platform, TestApp } from './app.js';
import type { DatabaseKind } from './databases.js';

/** The transactions and locks that the application holds in its database. */
export async function locksOf({ database }: Platform, app: TestApp, observer: DataSource): Promise<unknown[]> {
  switch (database) {
    case 'sqlite': {
      const { databaseConnection } = app.dataSource.driver as unknown as {
        databaseConnection: { inTransaction: boolean };
      };
      return databaseConnection.inTransaction ? ['transaction'] : [];
    }
    case 'postgres':
      return await observer.query(`
        SELECT state AS what FROM pg_stat_activity
         WHERE datname = current_database() AND state LIKE 'idle in transaction%'
        UNION ALL
        SELECT mode FROM pg_locks
         WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()`);
    case 'mysql':
      return await transactionsOfMariaDb(observer);
  }
}

/** The status is always fresh, where information_schema.innodb_trx is a tenth of a second old. */
async function transactionsOfMariaDb(observer: DataSource): Promise<unknown[]> {
  const [engine] = await observer.query<{ Status: string }[]>('SHOW ENGINE INNODB STATUS');
  const own = await observer.query<{ id: number }[]>(
    'SELECT id AS id FROM information_schema.processlist WHERE db = DATABASE()',
  );
  const threads = own.map(({ id }) => String(id));
  return (engine?.Status ?? '').split('---TRANSACTION ').filter((transaction) => {
    const thread = /thread id (\d+)/.exec(transaction)?.[1] ?? '';
    return /^\S+, ACTIVE/.test(transaction) && threads.includes(thread);
  });
}

/** Whether somebody else's UPDATE has reached the server and has not come to its end, as one that waits for a lock. */
export async function isUpdating(kind: DatabaseKind, observer: DataSource): Promise<boolean> {
  const sql =
    kind === 'postgres'
      ? `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'UPDATE%'`
      : `SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND command IN ('Query', 'Execute')
           AND info LIKE 'UPDATE%'`;
  return (await observer.query<unknown[]>(sql)).length > 0;
}
