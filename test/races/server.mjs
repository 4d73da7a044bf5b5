/**
 * One server process of a race: plain JavaScript on the built package, so that Node runs it as it is. It serves several
 * apps, which differ in their options only, and does what the test tells it over IPC. See cluster.ts for the other end.
 */
import 'reflect-metadata';
import { Body, Controller, Get, Inject, Post, Query, UseGuards } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import Libsql from 'libsql';
import {
  Outbox,
  TOKEN_AUTH_CLOCK,
  TokenAuthEvents,
  TokenAuthGuard,
  TokenAuthModule,
  TokenAuthUser,
  TokenService,
} from 'nestjs-token-auth';
import { DataSource, Entity } from 'typeorm';
import { SignInThrottle } from '../../dist/throttling/sign-in-throttle.js';

const { adapter, database, apps, clock, skew } = JSON.parse(process.env.RACE_SERVER ?? '');

// A computer whose clock is wrong.
const { now } = Date;
Date.now = () => now() + skew;

let time = 0;
const testClock = { now: () => time };

/** Where handlers wait until all of a round have arrived. */
class Gate {
  constructor() {
    this.waiting = [];
  }

  async pass() {
    const released = new Promise((resolve) => this.waiting.push(resolve));
    process.send({ event: 'arrived' });
    await released;
  }

  open() {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
const gate = new Gate();

class User extends TokenAuthUser {}
Entity()(User);

class MembersController {
  async show(held) {
    if (held !== undefined) await gate.pass();
    return { ok: true };
  }
}
Get()(MembersController.prototype, 'show', Object.getOwnPropertyDescriptor(MembersController.prototype, 'show'));
Query('held')(MembersController.prototype, 'show', 0);
UseGuards(TokenAuthGuard)(MembersController);
Controller('members')(MembersController);

/** Counts attempts to sign in from any address, without the time that a password takes. */
class AttemptsController {
  constructor(modules) {
    this.modules = modules;
  }

  async create({ account, ip, password }) {
    const outcome = await this.modules.get(SignInThrottle, { strict: false }).admit(account, ip);
    if (outcome.admitted && password === 'right') await outcome.succeeded();
    return outcome.admitted ? { admitted: true } : outcome;
  }
}
Inject(ModuleRef)(AttemptsController, undefined, 0);
Post()(AttemptsController.prototype, 'create', Object.getOwnPropertyDescriptor(AttemptsController.prototype, 'create'));
Body()(AttemptsController.prototype, 'create', 0);
Controller('attempts')(AttemptsController);

/** Ends all clients of an account, as a program may. */
class RevocationsController {
  constructor(modules) {
    this.modules = modules;
  }

  async create({ email }) {
    const user = await this.modules.get(DataSource, { strict: false }).getRepository(User).findOneByOrFail({ email });
    await this.modules.get(TokenService, { strict: false }).revokeAll(user);
  }
}
Inject(ModuleRef)(RevocationsController, undefined, 0);
const revocations = RevocationsController.prototype;
Post()(revocations, 'create', Object.getOwnPropertyDescriptor(revocations, 'create'));
Body()(revocations, 'create', 0);
Controller('revocations')(RevocationsController);

/** Reports what must not happen in a race. */
class Reporter {
  constructor(events) {
    for (const name of ['token.reused', 'rotation.failed']) {
      events.on(name, ({ error }) => process.send({ event: name, detail: String(error ?? '') }));
    }
  }
}
Inject(TokenAuthEvents)(Reporter, undefined, 0);

const outboxes = [];

async function start(auth) {
  const builder = Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({
        ...database,
        ...(database.type === 'better-sqlite3' ? { driver: Libsql } : {}),
        // Fewer connections than requests: none may hold one while its handler waits.
        poolSize: 2,
        autoLoadEntities: true,
        retryAttempts: 0,
      }),
      TokenAuthModule.forRoot({ userEntity: User, passwordCost: 4, ...auth }),
    ],
    controllers: [MembersController, AttemptsController, RevocationsController],
    providers: [Reporter],
  });
  if (clock === 'test') builder.overrideProvider(TOKEN_AUTH_CLOCK).useValue(testClock);
  const module = await builder.compile();
  const nest = module.createNestApplication(adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter(), {
    logger: ['error'],
  });
  outboxes.push(nest.get(Outbox));
  await nest.listen(0, '127.0.0.1');
  return await nest.getUrl();
}

process.on('message', async ({ command, value }) => {
  if (command === 'time') time = value;
  if (command === 'open') gate.open();
  if (command === 'mail') await Promise.all(outboxes.map((outbox) => outbox.settled()));
  process.send({ event: 'done' });
});
process.on('disconnect', () => process.exit());

const urls = {};
for (const [name, auth] of Object.entries(apps)) urls[name] = await start(auth);
process.send({ event: 'listening', urls });
