import type { RotationRules } from '../tokens/rotation.js';
import type { Condition, KeyRange, RowSweep } from './row-sweep.js';

/**
 * "The client had ended by this time": {@link endOf} as SQL. A row that is used, or kept by a change of the password,
 * meets it no more.
 *
 * @param time - in ms since 1970.
 */
export function endedBefore(time: number, { tokenLifespan, clientLifespan }: RotationRules): Condition {
  return {
    sql: (column) =>
      [
        `${column('lifespan')} IS NULL AND ${column('lastUsedAt')} <= :idleSince`,
        `${column('lastUsedAt')} + ${column('lifespan')} <= :time`,
        `${column('passwordChangeUntil')} <= :time`,
        ...(clientLifespan === null ? [] : [`${column('createdAt')} <= :createdBefore`]),
      ].join(' OR '),
    parameters: { time, idleSince: time - tokenLifespan, createdBefore: time - (clientLifespan ?? 0) },
  };
}

/** Removes the clients of a part of their table whose users have moved on to another auth epoch. They never come back. */
export async function removeOutdated(sweep: RowSweep, range: KeyRange): Promise<number> {
  const rows = await sweep.find<{ key: string; epoch: number | string }>(range, (query) =>
    query.addSelect('row.authEpoch', 'epoch').innerJoin('row.user', 'user').andWhere('row.authEpoch < user.authEpoch'),
  );
  let removed = 0;
  for (const epoch of new Set(rows.map((row) => Number(row.epoch)))) {
    const keys = rows.filter((row) => Number(row.epoch) === epoch).map(({ key }) => key);
    // A client that a change of the password has kept has the new epoch.
    removed += await sweep.delete(keys, {
      sql: (column) => `${column('authEpoch')} = :epoch`,
      parameters: { epoch },
    });
  }
  return removed;
}
