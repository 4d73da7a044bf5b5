/**
 * A table of users with ten clients each, made by SQL in the tables that the module has made. Every tenth client has expired.
 * Names and tokens are made of the client's number, so that the load generator knows them without reading them.
 */
import { createHash } from 'node:crypto';
import pg from 'pg';

export const CLIENTS_PER_USER = 10;

/** The last client of each user has expired. */
const EXPIRED = CLIENTS_PER_USER - 1;

const DAY = 86_400_000;

/** Fills the tables, which must be empty. Indexes and constraints are made again afterwards, as a restored dump does. */
export async function populate(url, users) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const restore = await takeDown(client);
    await client.query(USERS, [users]);
    await client.query(CLIENTS, [users * CLIENTS_PER_USER, Date.now()]);
    await client.query(`SELECT setval('user_id_seq', ${users})`);
    for (const sql of restore) await client.query(sql);
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT');
    const { rows } = await client.query(`SELECT pg_size_pretty(pg_database_size(current_database())) AS size`);
    return rows[0].size;
  } finally {
    await client.end();
  }
}

/** Drops what would be kept up to date row by row, and gives the statements that make it again, in their order. */
async function takeDown(client) {
  const constraints = await client.query(`
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
      format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY contype`);
  for (const { drop } of constraints.rows) await client.query(drop);
  const indexes = await client.query(`
    SELECT format('DROP INDEX %I', indexname) AS drop, indexdef AS make FROM pg_indexes WHERE schemaname = 'public'`);
  for (const { drop } of indexes.rows) await client.query(drop);
  // Foreign keys need the primary keys that they point at.
  const make = constraints.rows.map((row) => row.make);
  return [
    ...indexes.rows.map((row) => row.make),
    ...make.filter((sql) => !sql.includes('FOREIGN KEY')),
    ...make.filter((sql) => sql.includes('FOREIGN KEY')),
  ];
}

const USERS = `
  INSERT INTO "user" ("id", "uid", "email")
  SELECT n, 'user' || n || '@example.com', 'user' || n || '@example.com' FROM generate_series(1, $1::int) n`;

const CLIENTS = `
  INSERT INTO "user_auth_token" ("id", "client", "userId", "uid", "tokenHash", "replacedHash", "generation", "nonce",
    "tagKey", "authEpoch", "batchStartedAt", "batchOpenUntil", "expiry", "createdAt", "lastUsedAt", "ip", "userAgent")
  SELECT gen_random_uuid(), md5('client ' || n), n / ${CLIENTS_PER_USER} + 1,
    'user' || (n / ${CLIENTS_PER_USER} + 1) || '@example.com',
    encode(sha256(convert_to(md5('token ' || n) || md5('more ' || n) || left(md5('end ' || n), 5) || 'A', 'UTF8')), 'hex'),
    encode(sha256(convert_to('replaced ' || n, 'UTF8')), 'hex'), 1 + n % 1000,
    encode(sha256(convert_to('nonce ' || n, 'UTF8')), 'hex'), encode(sha256(convert_to('key ' || n, 'UTF8')), 'hex'), 0,
    used, used + 5000, (used + ${14 * DAY}) / 1000, used - ${30 * DAY}::bigint, used, '192.0.2.' || n % 256,
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || 100 + n % 40 || '.0.0.0 Safari/537.36'
  FROM generate_series(0, $1::int - 1) n,
    LATERAL (SELECT $2::bigint - CASE WHEN n % ${CLIENTS_PER_USER} = ${EXPIRED} THEN ${30 * DAY}::bigint
      ELSE ${DAY / 2} + n::bigint * 7919 % ${7 * DAY} END AS used) at`;

/** Clients that live, all over the table, each once: a token that has been used is no longer known. */
export class LiveClients {
  #total;
  #next = 0;

  constructor(users) {
    this.#total = users * CLIENTS_PER_USER;
  }

  take(count) {
    const taken = [];
    while (taken.length < count) {
      if (this.#next >= this.#total) throw new Error('There are not enough users for so many measurements.');
      // Prime to any power of ten: every number comes once.
      const number = (this.#next++ * 1_000_003) % this.#total;
      if (number % CLIENTS_PER_USER !== EXPIRED) taken.push(headersOf(number));
    }
    return taken;
  }
}

function headersOf(number) {
  const uid = `user${Math.floor(number / CLIENTS_PER_USER) + 1}@example.com`;
  const token = `${md5(`token ${number}`)}${md5(`more ${number}`)}${md5(`end ${number}`).slice(0, 5)}A`;
  return { uid, client: md5(`client ${number}`), 'access-token': token };
}

function md5(text) {
  return createHash('md5').update(text).digest('hex');
}
