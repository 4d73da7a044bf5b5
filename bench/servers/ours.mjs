/** This project's guard, as the README sets it up. */
import { TypeOrmModule } from '@nestjs/typeorm';
import Database from 'better-sqlite3';
import {
  CurrentUser,
  PasswordHasher,
  TokenAuthCleanup,
  TokenAuthGuard,
  TokenAuthModule,
  TokenAuthUser,
  TokenService,
} from 'nestjs-token-auth';
import { DataSource, Entity } from 'typeorm';
import { BUFFER } from '../measuring/loads.mjs';
import { startApp } from './nest.mjs';
import { POOL_SIZE } from './pool-size.mjs';
import { logStatements } from './statement-log.mjs';

/** How long a batch stays open under each load, in ms. */
const BUFFERS = { rotating: 0, batches: BUFFER, bursts: BUFFER, off: 5000 };

class User extends TokenAuthUser {}
Entity()(User);

/**
 * @param auth - further options of the module.
 * @param logsStatements - whether the command `statements` tells what PostgreSQL was sent.
 */
export async function ours({ adapter, database, url, load, auth = {}, logsStatements = false }) {
  const log = logsStatements ? logStatements() : null;
  const source =
    database === 'sqlite'
      ? { type: 'better-sqlite3', driver: Database, database: url, enableWAL: true }
      : { type: 'postgres', url, poolSize: POOL_SIZE };
  const { app, port } = await startApp({
    adapter,
    guard: TokenAuthGuard,
    user: CurrentUser(),
    imports: [
      TypeOrmModule.forRoot({ ...source, autoLoadEntities: true, synchronize: true }),
      TokenAuthModule.forRoot({
        userEntity: User,
        changeHeadersOnEachRequest: load !== 'off',
        batchRequestBufferThrottle: BUFFERS[load],
        ...auth,
      }),
    ],
  });
  const commands = {
    register: (people) => register(app, people),
    cleanUp: (pace) => app.get(TokenAuthCleanup, { strict: false }).run(pace),
    statements: () => log.take(),
  };
  return { port, signIn: (count) => signIn(app, count), commands };
}

/** How many clients are signed in at the same time. */
const AT_ONCE = 16;

async function signIn(app, count) {
  const tokens = app.get(TokenService, { strict: false });
  const users = await saveUsers(app, count, 'user');
  const clients = [];
  const next = async () => {
    for (let user = users.pop(); user !== undefined; user = users.pop()) {
      const { uid, client, accessToken } = await tokens.issue(user);
      clients.push({ uid, client, 'access-token': accessToken });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return clients;
}

async function saveUsers(app, count, name, values = {}) {
  const users = app.get(DataSource).getRepository(User);
  const emails = Array.from({ length: count }, (_, index) => `${name}${index}@example.com`);
  const made = emails.map((email) => users.create({ email, uid: email, provider: 'email', ...values }));
  return await users.save(made, { chunk: 100 });
}

/** Accounts with one password, to sign in by it. */
async function register(app, { count, password }) {
  const encryptedPassword = await app.get(PasswordHasher, { strict: false }).hash(password);
  const users = await saveUsers(app, count, 'person', { encryptedPassword });
  return users.map(({ email }) => email);
}
