/**
 * Server-side sessions: express-session, and @fastify/session on Fastify, with the same stores. The user is what the session
 * holds. express-session writes "last used" at every request, as its documentation's own settings make it; @fastify/session,
 * told not to roll, writes nothing.
 */
import { createRequire } from 'node:module';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import sqliteStore from 'better-sqlite3-session-store';
import Database from 'better-sqlite3';
import postgresStore from 'connect-pg-simple';
import session from 'express-session';
import pg from 'pg';
import { RequestUser, startApp } from './nest.mjs';
import { POOL_SIZE } from './pool-size.mjs';

const SECRET = 'a secret of the benchmark alone, and long enough';
const COOKIE = { secure: false, maxAge: 1_209_600_000 };

class SessionGuard {
  canActivate(context) {
    const request = context.switchToHttp().getRequest();
    if (request.session.user === undefined) throw new UnauthorizedException();
    request.user = request.session.user;
    return true;
  }
}
Injectable()(SessionGuard);

export async function sessionStore({ adapter, database, url }) {
  const store = database === 'sqlite' ? openSqlite(url) : openPostgres(url);
  const { port } = await startApp({
    adapter,
    guard: SessionGuard,
    user: RequestUser,
    async prepare(app) {
      const options = { store, secret: SECRET, saveUninitialized: false, rolling: false, cookie: COOKIE };
      if (adapter === 'express') return app.use(session({ ...options, resave: false }));
      await app.register(fastifyCookie);
      await app.register(fastifySession, { ...options, cookieName: 'connect.sid', cookiePrefix: 's:' });
    },
  });
  return { port, signIn: (count) => signIn(store, count) };
}

/** Sessions as both packages write them into the store, and the cookie that names them. */
async function signIn(store, count) {
  const { sign } = createRequire(import.meta.resolve('express-session'))('cookie-signature');
  const clients = [];
  for (let index = 0; index < count; index++) {
    const id = `session-${index}`;
    const cookie = { originalMaxAge: COOKIE.maxAge, expires: new Date(Date.now() + COOKIE.maxAge), path: '/' };
    const user = { id: index, email: `user${index}@example.com` };
    await new Promise((done, fail) => {
      store.set(id, { cookie, user }, (error) => (error ? fail(error) : done()));
    });
    clients.push({ cookie: `connect.sid=${encodeURIComponent(`s:${sign(id, SECRET)}`)}` });
  }
  return clients;
}

function openSqlite(file) {
  const client = new Database(file);
  client.pragma('journal_mode = WAL');
  return new (sqliteStore(session))({ client });
}

function openPostgres(connectionString) {
  const pool = new pg.Pool({ connectionString, max: POOL_SIZE });
  return new (postgresStore(session))({ pool, createTableIfMissing: true });
}
