/**
 * A server process that kills itself at a step of a request: plain JavaScript on the built package, with little else, because
 * hundreds of them are started. A request says by headers what time it is and at which step the process is to die: at one
 * of those of a rotation, or before the nth write, a commit being one. See victims.ts for the other end.
 */
import 'reflect-metadata';
import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Post, StreamableFile, UseGuards } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Outbox,
  PasswordHasher,
  TOKEN_AUTH_CLOCK,
  TokenAuthGuard,
  TokenAuthMailer,
  TokenAuthModule,
  TokenAuthUser,
  TokenService,
} from 'nestjs-token-auth';
import { DataSource, DeleteDateColumn, Entity } from 'typeorm';
import { watchStatements } from './statement-hooks.mjs';

const { adapter, database, apps } = JSON.parse(process.env.VICTIM ?? '');

let time = 0;
/** The step at which this process dies. */
let fatalStep = '';
let writes = 0;

/** Nothing of this process runs after it: the signal cannot be caught, and comes before the call returns. */
function reach(step) {
  if (step === fatalStep) process.kill(process.pid, 'SIGKILL');
}

const driver = watchStatements(database.type, {
  before(sql) {
    if (/^SELECT\b.*\buser_auth_token\b/is.test(sql)) reach('before the read');
    if (/^UPDATE\b.*\buser_auth_token\b/is.test(sql)) reach('before the update');
    if (/^(?:INSERT|UPDATE|DELETE|COMMIT)\b/i.test(sql)) reach(`before write ${++writes}`);
    // Where a single statement commits by itself, the database has to be made to wait.
    if (/^COMMIT\b/i.test(sql)) reach('amid the update');
  },
  after(sql) {
    if (/^UPDATE\b.*\buser_auth_token\b/is.test(sql)) reach('after the update');
  },
});

class User extends TokenAuthUser {}
Entity()(User);

/** Somebody whose account is deleted softly. */
class Leaver extends TokenAuthUser {}
Entity()(Leaver);
DeleteDateColumn()(Leaver.prototype, 'deletedAt');

/** No work: hundreds of passwords are checked. */
class QuickHasher extends PasswordHasher {
  async hash(password) {
    return createHash('sha256').update(password).digest('hex');
  }

  async verify(password, digest) {
    return { valid: (await this.hash(password)) === digest, outdated: false };
  }
}

const mails = new Map();
class Keeper extends TokenAuthMailer {
  async send(mail) {
    mails.set(mail.to, mail);
  }
}

/** The newest mail to an address, once nothing waits to be sent. */
class MailsController {
  constructor(outbox) {
    this.outbox = outbox;
  }

  async show(address) {
    await this.outbox.settled();
    return mails.get(address) ?? null;
  }
}
Inject(Outbox)(MailsController, undefined, 0);
Param('address')(MailsController.prototype, 'show', 0);
Get(':address')(MailsController.prototype, 'show', Object.getOwnPropertyDescriptor(MailsController.prototype, 'show'));
Controller('mails')(MailsController);

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

async function start({ isSoft = false, ...auth }) {
  const builder = Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ ...database, ...driver, poolSize: 2, autoLoadEntities: true, retryAttempts: 0 }),
      TokenAuthModule.forRoot({
        userEntity: isSoft ? Leaver : User,
        passwordHasher: QuickHasher,
        mailer: Keeper,
        publicUrl: 'https://api.example.com/auth',
        ...auth,
      }),
    ],
    controllers: [MembersController, MailsController, ...(isSoft ? [] : [SessionsController])],
  });
  const module = await builder
    .overrideProvider(TOKEN_AUTH_CLOCK)
    .useValue({ now: () => time })
    .compile();
  const nest = module.createNestApplication(adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter(), {
    logger: ['error'],
  });
  nest.use((request, response, next) => {
    time = Number(request.headers['x-time']);
    fatalStep = request.headers['x-dies'] ?? '';
    writes = 0;
    // What is written later is no part of the request.
    response.once('finish', () => (fatalStep = ''));
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
