/**
 * better-auth with its own adapters. Its check of a session, `auth.api.getSession`, is what the guard of its integration
 * for Nest calls. The cookie cache, which is off by default, stays off: with it a session that was ended lives on.
 */
import { Injectable, UnauthorizedException } from '@nestjs/common';
import { betterAuth as createAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { fromNodeHeaders } from 'better-auth/node';
import Database from 'better-sqlite3';
import pg from 'pg';
import { RequestUser, startApp } from './nest.mjs';
import { POOL_SIZE } from './pool-size.mjs';

export async function betterAuth({ adapter, database, url }) {
  const auth = createAuth({
    database: database === 'sqlite' ? openSqlite(url) : new pg.Pool({ connectionString: url, max: POOL_SIZE }),
    baseURL: 'http://127.0.0.1',
    secret: 'a secret of the benchmark alone, and long enough',
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
  });
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();

  class BetterAuthGuard {
    async canActivate(context) {
      const request = context.switchToHttp().getRequest();
      const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
      if (session === null) throw new UnauthorizedException();
      request.session = session;
      request.user = session.user;
      return true;
    }
  }
  Injectable()(BetterAuthGuard);

  const { port } = await startApp({ adapter, guard: BetterAuthGuard, user: RequestUser });
  return { port, signIn: (count) => signIn(auth, count) };
}

async function signIn(auth, count) {
  const clients = [];
  for (let index = 0; index < count; index++) {
    const email = `user${index}@example.com`;
    const body = { email, name: '', password: 'correct horse' };
    const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
    clients.push({
      cookie: headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; '),
    });
  }
  return clients;
}

function openSqlite(file) {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  return database;
}
