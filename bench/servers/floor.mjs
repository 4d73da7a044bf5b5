/**
 * The floor: the least that a guard can do which finds its client in a database, and rotates. One prepared read of the
 * client with its user, one SHA-256 of what was shown, one compare-and-swap, in the raw driver; random tokens; no batches,
 * no expiry, no reuse detection.
 */
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import Database from 'better-sqlite3';
import pg from 'pg';
import { POOL_SIZE } from './pool-size.mjs';
import { RequestUser, startApp } from './nest.mjs';

const LIFESPAN = 1_209_600;

const SCHEMA = `
  CREATE TABLE users (id integer PRIMARY KEY, provider varchar(64) NOT NULL, uid varchar(255) NOT NULL,
    email varchar(255) NOT NULL UNIQUE, created_at bigint NOT NULL, updated_at bigint NOT NULL);
  CREATE TABLE tokens (id varchar(36) PRIMARY KEY, client varchar(64) NOT NULL UNIQUE,
    user_id integer NOT NULL REFERENCES users (id), hash varchar(64) NOT NULL, used_at bigint NOT NULL)`;
const ADD_USER = 'INSERT INTO users VALUES (?, ?, ?, ?, 0, 0)';
const ADD_TOKEN = 'INSERT INTO tokens VALUES (?, ?, ?, ?, 0)';
const FIND = `SELECT t.id AS token_id, t.hash, u.* FROM tokens t JOIN users u ON u.id = t.user_id WHERE t.client = ?`;
const SWAP = 'UPDATE tokens SET hash = ?, used_at = ? WHERE id = ? AND hash = ?';

/** @param isIntercepted - whether the application has an interceptor, which does nothing. */
export async function floor({ adapter, database, url, load, isIntercepted = false }) {
  const store = database === 'sqlite' ? openSqlite(url) : await openPostgres(url);

  class FloorGuard {
    constructor({ httpAdapter }) {
      this.http = httpAdapter;
    }

    async canActivate(context) {
      const http = context.switchToHttp();
      const [request, response] = [http.getRequest(), http.getResponse()];
      const { client, uid, 'access-token': token = '' } = request.headers;
      const row = await store.find(client);
      const hash = digest(token);
      if (row === undefined || row.uid !== uid || !timingSafeEqual(Buffer.from(row.hash), Buffer.from(hash))) {
        throw new UnauthorizedException();
      }
      request.user = row;
      if (load !== 'rotating') {
        this.write(response, load === 'off' ? token : '', client, uid);
        return true;
      }
      const successor = randomBytes(52).toString('base64url');
      if (!(await store.swap(digest(successor), Date.now(), row.token_id, hash))) throw new UnauthorizedException();
      this.write(response, successor, client, uid);
      return true;
    }

    /** The headers of the protocol, as the module writes them. */
    write(response, token, client, uid) {
      const expiry = token === '' ? '' : String(Math.floor(Date.now() / 1000) + LIFESPAN);
      const headers = { 'access-token': token, 'token-type': 'Bearer', client, expiry, uid };
      for (const name in headers) this.http.setHeader(response, name, headers[name]);
      if (token !== '') {
        const json = Buffer.from(JSON.stringify(headers)).toString('base64');
        this.http.setHeader(response, 'Authorization', `Bearer ${json}`);
      }
      this.http.setHeader(response, 'Cache-Control', 'no-store');
    }
  }
  Injectable()(FloorGuard);
  Inject(HttpAdapterHost)(FloorGuard, undefined, 0);

  const prepare = (app) => {
    if (isIntercepted) app.useGlobalInterceptors({ intercept: (_, next) => next.handle() });
  };
  const { port } = await startApp({ adapter, guard: FloorGuard, user: RequestUser, prepare });
  return { port, signIn: (count) => signIn(store, count) };
}

async function signIn(store, count) {
  const clients = [];
  for (let index = 0; index < count; index++) {
    const [uid, client] = [`user${index}@example.com`, randomBytes(16).toString('hex')];
    const token = randomBytes(52).toString('base64url');
    await store.addUser(index, 'email', uid, uid);
    await store.addToken(randomUUID(), client, index, digest(token));
    clients.push({ uid, client, 'access-token': token });
  }
  return clients;
}

function digest(token) {
  return createHash('sha256').update(token).digest('hex');
}

function openSqlite(file) {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.exec(SCHEMA);
  const [find, swap, addUser, addToken] = [FIND, SWAP, ADD_USER, ADD_TOKEN].map((sql) => database.prepare(sql));
  return {
    find: (client) => find.get(client),
    swap: (...values) => swap.run(...values).changes === 1,
    addUser: (...values) => addUser.run(...values),
    addToken: (...values) => addToken.run(...values),
  };
}

async function openPostgres(url) {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
  await pool.query(SCHEMA);
  // What has a name is prepared once per connection.
  const prepared = (name, sql) => {
    const text = numbered(sql);
    return (values) => pool.query({ name, text, values });
  };
  const [find, swap] = [prepared('find', FIND), prepared('swap', SWAP)];
  return {
    find: async (client) => (await find([client])).rows[0],
    swap: async (...values) => (await swap(values)).rowCount === 1,
    addUser: (...values) => pool.query(numbered(ADD_USER), values),
    addToken: (...values) => pool.query(numbered(ADD_TOKEN), values),
  };
}

/** The same statement with PostgreSQL's placeholders. */
function numbered(sql) {
  let index = 0;
  return sql.replaceAll('?', () => `$${++index}`);
}
