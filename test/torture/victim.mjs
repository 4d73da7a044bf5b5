/**
 * A server process that kills itself at a step of a request: plain JavaScript on the built package, with little else, because
 * hundreds of them are started. A request says by headers what time it is and at which step the process is to die. See
 * victims.ts for the other end.
 */
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Controller, Get, Inject, Post, StreamableFile, UseGuards } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TOKEN_AUTH_CLOCK, TokenAuthGuard, TokenAuthModule, TokenAuthUser, TokenService } from 'nestjs-token-auth';
import { DataSource, Entity } from 'typeorm';
import { watchStatements } from './statement-hooks.mjs';

const { adapter, database, apps } = JSON.parse(process.env.VICTIM ?? '');

let time = 0;
/** The step at which this process dies. */
let fatalStep = '';

/** Nothing of this process runs after it: the signal cannot be caught, and comes before the call returns. */
function reach(step) {
  if (step === fatalStep) process.kill(process.pid, 'SIGKILL');
}

const driver = watchStatements(database.type, {
  before(sql) {
    if (/^SELECT\b.*\buser_auth_token\b/is.test(sql)) reach('before the read');
    if (/^UPDATE\b.*\buser_auth_token\b/is.test(sql)) reach('before the update');
  },
  after(sql) {
    if (/^UPDATE\b.*\buser_auth_token\b/is.test(sql)) reach('after the update');
  },
});

class User extends TokenAuthUser {}
Entity()(User);

class MembersController {
  show() {
    return { ok: true };
  }

  /** Dies when the head of the response and some of its body have left. */
  stream() {
    async function* body() {
      yield 'a part';
      await new Promise((resolve) => setTimeout(resolve, 20));
      reach('during the body');
      yield ' and the rest';
    }
    return new StreamableFile(Readable.from(body(), { objectMode: false }));
  }
}
const members = MembersController.prototype;
Get()(members, 'show', Object.getOwnPropertyDescriptor(members, 'show'));
Get('stream')(members, 'stream', Object.getOwnPropertyDescriptor(members, 'stream'));
UseGuards(TokenAuthGuard)(MembersController);
Controller('members')(MembersController);

/** Signs a new user in, without the time that a password takes. */
class SessionsController {
  constructor(dataSource, tokens) {
    this.users = dataSource.getRepository(User);
    this.tokens = tokens;
  }

  async create() {
    const email = `${randomUUID()}@example.com`;
    return await this.tokens.issue(await this.users.save(this.users.create({ email, uid: email, provider: 'email' })));
  }
}
Inject(DataSource)(SessionsController, undefined, 0);
Inject(TokenService)(SessionsController, undefined, 1);
const sessions = SessionsController.prototype;
Post()(sessions, 'create', Object.getOwnPropertyDescriptor(sessions, 'create'));
Controller('sessions')(SessionsController);

async function start(auth) {
  const builder = Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ ...database, ...driver, poolSize: 2, autoLoadEntities: true, retryAttempts: 0 }),
      TokenAuthModule.forRoot({ userEntity: User, ...auth }),
    ],
    controllers: [MembersController, SessionsController],
  });
  const module = await builder
    .overrideProvider(TOKEN_AUTH_CLOCK)
    .useValue({ now: () => time })
    .compile();
  const nest = module.createNestApplication(adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter(), {
    logger: ['error'],
  });
  nest.use((request, _, next) => {
    time = Number(request.headers['x-time']);
    fatalStep = request.headers['x-dies'] ?? '';
    next();
  });
  await nest.listen(0, '127.0.0.1');
  return await nest.getUrl();
}

async function startAll() {
  const urls = {};
  for (const [name, auth] of Object.entries(apps)) urls[name] = await start(auth);
  process.send({ urls });
}

process.on('disconnect', () => process.exit());
void startAll();
