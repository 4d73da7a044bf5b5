/**
 * The server that noise is sent to: a process of its own, whose memory can be measured. Plain JavaScript on the built package.
 * It serves two apps on databases of their own: one that reads headers, Bearer and query, and one in cookie mode.
 */
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import Libsql from 'libsql';
import {
  CurrentUser,
  githubProvider,
  OptionalAuth,
  PasswordHasher,
  TokenAuthGuard,
  TokenAuthMailer,
  TokenAuthModule,
  TokenAuthUser,
  tokenEntityFor,
  TokenService,
} from 'nestjs-token-auth';
import { DataSource, Entity } from 'typeorm';

const { adapter, databases } = JSON.parse(process.env.FUZZ_SERVER ?? '');
const PAGE = 'https://app.example.com/welcome';

class User extends TokenAuthUser {}
Entity()(User);

/** How often a guarded handler ran, and one that takes anybody ran for somebody. */
let reached = 0;

class MembersController {
  show() {
    reached++;
    return { reached: true };
  }
}
const members = MembersController.prototype;
Get()(members, 'show', Object.getOwnPropertyDescriptor(members, 'show'));
UseGuards(TokenAuthGuard)(MembersController);
Controller('members')(MembersController);

class GuestsController {
  show(user) {
    if (user) reached++;
    return { known: Boolean(user) };
  }
}
const guests = GuestsController.prototype;
Get()(guests, 'show', Object.getOwnPropertyDescriptor(guests, 'show'));
CurrentUser()(guests, 'show', 0);
OptionalAuth()(GuestsController);
UseGuards(TokenAuthGuard)(GuestsController);
Controller('guests')(GuestsController);

/** No work: the load is to be on what reads the requests. */
class QuickHasher extends PasswordHasher {
  async hash(password) {
    return createHash('sha256').update(password).digest('hex');
  }

  async verify(password, digest) {
    return { valid: (await this.hash(password)) === digest, outdated: false };
  }
}

class Nobody extends TokenAuthMailer {
  async send() {}
}

async function start(database, auth) {
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({
        ...database,
        ...(database.type === 'better-sqlite3' ? { driver: Libsql } : {}),
        autoLoadEntities: true,
        synchronize: true,
        retryAttempts: 0,
      }),
      TokenAuthModule.forRoot({
        userEntity: User,
        mailer: Nobody,
        publicUrl: 'https://api.example.com/auth',
        redirectAllowlist: ['https://app.example.com'],
        defaultConfirmSuccessUrl: PAGE,
        defaultPasswordResetUrl: PAGE,
        passwordHasher: QuickHasher,
        confirmable: true,
        lockable: true,
        throttleAddressLimit: 1_000_000_000,
        // Honest clients rotate at nearly every request.
        batchRequestBufferThrottle: '100ms',
        batchRequestLimit: '5s',
        oauth: {
          acme: githubProvider({
            clientId: 'acme',
            clientSecret: 'not a secret',
            fetch: () => Promise.reject(new Error('There is no network here.')),
          }),
        },
        ...auth,
      }),
    ],
    controllers: [MembersController, GuestsController],
  }).compile();
  const nest = module.createNestApplication(adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter(), {
    logger: false,
  });
  await nest.listen(0, '127.0.0.1');
  return { nest, url: await nest.getUrl() };
}

/** Users with two clients each; the first one of all walks along, the others never make a request. */
async function people({ nest }) {
  const repository = nest.get(DataSource).getRepository(User);
  const found = [];
  for (let each = 0; each < 5; each++) {
    const email = each === 0 ? 'honest@example.com' : `victim-${each}-ä@example.com`;
    const values = { email, uid: email, provider: 'email', confirmedAt: new Date() };
    const user = await repository.save(repository.create(values));
    for (let device = 0; device < (each === 0 ? 1 : 2); device++) {
      const { uid, client, accessToken } = await nest.get(TokenService).issue(user);
      found.push({ uid, client, 'access-token': accessToken });
    }
  }
  return found;
}

/** All that is known of the victims, as text. */
async function victims({ nest }) {
  const source = nest.get(DataSource);
  const users = await source
    .getRepository(User)
    .createQueryBuilder('user')
    .addSelect(['user.encryptedPassword', 'user.failedAttempts', 'user.lockedAt'])
    .where('user.email LIKE :like', { like: 'victim-%' })
    .orderBy('user.id')
    .getMany();
  const ids = new Set(users.map(({ id }) => id));
  const rows = await source
    .getRepository(tokenEntityFor(User))
    .find({ relations: { user: true }, order: { id: 'ASC' } });
  return JSON.stringify([users, rows.filter(({ user }) => ids.has(user.id))]);
}

const apps = {
  headers: await start(databases[0], { queryEnabled: true }),
  cookie: await start(databases[1], { cookieEnabled: true, queryEnabled: true }),
};
const ANSWERS = {
  victims: async () => [await victims(apps.headers), await victims(apps.cookie)],
  reached: () => reached,
  memory: async () => {
    for (let round = 0; round < 3; round++) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
  close: async () => {
    for (const { nest } of Object.values(apps)) await nest.close();
  },
};

process.on('message', async (question) => {
  process.send({ answer: await ANSWERS[question]() });
  if (question === 'close') process.disconnect();
});
process.on('disconnect', () => process.exit());
process.send({
  answer: {
    headers: { url: apps.headers.url, people: await people(apps.headers) },
    cookie: { url: apps.cookie.url, people: await people(apps.cookie) },
  },
});
