import fc from 'fast-check';
import { entitiesFor, type TokenAuthOptions } from 'nestjs-token-auth';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { ADAPTERS, User, type Adapter, type TestApp } from '../support/app.js';
import { createDatabase, DATABASES, type DatabaseKind, type TestDatabase } from '../support/databases.js';
import { FIRST_SIGN_IN, someCommands } from './commands.js';
import { releaseAll } from './held-requests.js';
import { TokenModel, type Rules } from './model.js';
import type { Scene } from './scene.js';
import { startStage } from './stage.js';
import { COOKIE_MODE, Wire } from './wire.js';
import { EventLog, World } from './world.js';

/** One way to set the module up. */
interface Setup extends Rules {
  readonly cookie: boolean;
  readonly pepper: boolean;
  readonly adapter: Adapter;
}

const TIMES = {
  none: { buffer: 0, batchLimit: 60_000, lifespan: 3_600_000 },
  small: { buffer: 40, batchLimit: 100, lifespan: 100_000 },
  default: { buffer: 5000, batchLimit: 60_000, lifespan: 3_600_000 },
};

/** A case that was found is repeated with the values that the failure prints. */
const REPLAY = {
  seed: process.env['TORTURE_SEED'],
  path: process.env['TORTURE_PATH'],
  commands: process.env['TORTURE_COMMANDS'],
};

/** Every combination of the options; what has no part in the rules alternates: adapter and pepper. */
export const SETUPS: readonly Setup[] = [false, true]
  .flatMap((cookie) =>
    (cookie ? (['blank'] as const) : (['blank', 'repeat', 'omit'] as const)).flatMap((batchResponse) =>
      (['strict', 'forgiving'] as const).flatMap((lostResponse) =>
        (['revoke', 'reject'] as const).flatMap((onTokenReuse) =>
          [true, false].flatMap((rotates) =>
            Object.values(TIMES).map((times) => ({
              batchResponse,
              lostResponse,
              onTokenReuse,
              rotates,
              ...times,
              devices: 3,
              cookie,
            })),
          ),
        ),
      ),
    ),
  )
  .map((setup, index) => ({ ...setup, pepper: index % 2 === 1, adapter: ADAPTERS[(index >> 1) % 2] as Adapter }));

/** A fifth of all combinations, for the servers, which are slower: every value of every option is among them. */
export function everyFifth(first: number): readonly Setup[] {
  return SETUPS.filter((_, index) => index % 5 === first);
}

/** Walks server and model through random commands, on one kind of database. */
export function walkTogether(kind: DatabaseKind, setups: readonly Setup[], runs: number): void {
  describe.skipIf(!DATABASES.includes(kind))(`server and model agree (${kind})`, () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await createDatabase(kind);
      const source = { ...database.options, entities: entitiesFor(User), synchronize: true } as DataSourceOptions;
      await (await new DataSource(source).initialize()).destroy();
    });
    afterAll(() => database.drop());

    it.each(setups.map((setup) => [nameOf(setup), setup] as const))('%s', async (_, setup) => {
      const app = await startStage({ adapter: setup.adapter, database: kind }, optionsOf(setup), database);
      const wire = new Wire(app.url, setup.cookie);
      try {
        await expectAgreement(app, wire, setup, runs);
      } finally {
        wire.close();
        await app.close();
      }
    });
  });
}

async function expectAgreement(app: TestApp, wire: Wire, setup: Setup, runs: number): Promise<void> {
  const log = new EventLog(app);
  const walk = fc.asyncProperty(someCommands(40, REPLAY.commands), async (commands) => {
    // Far from all that earlier runs have left.
    app.clock.advance('1 hour');
    const world = new World(app, wire, log, setup.pepper);
    for (let user = 0; user < 2; user++) await world.addUser();
    const model = new TokenModel(setup, app.clock.now());
    const scene: Scene = { model, usesCookie: setup.cookie, learnt: [], held: [] };
    try {
      await FIRST_SIGN_IN.run(scene, world);
      await fc.asyncModelRun(() => ({ model: scene, real: world }), commands);
      await releaseAll(scene, world);
    } finally {
      await world.abandon();
      log.heard.splice(0);
    }
  });
  await fc.assert(walk, {
    numRuns: runs,
    ...(REPLAY.seed === undefined ? {} : { seed: Number(REPLAY.seed) }),
    ...(REPLAY.path === undefined ? {} : { path: REPLAY.path }),
  });
}

function optionsOf(setup: Setup): TokenAuthOptions<User> {
  return {
    batchResponse: setup.batchResponse,
    lostResponse: setup.lostResponse,
    onTokenReuse: setup.onTokenReuse,
    changeHeadersOnEachRequest: setup.rotates,
    batchRequestBufferThrottle: setup.buffer,
    batchRequestLimit: setup.batchLimit,
    tokenLifespan: setup.lifespan,
    maxNumberOfDevices: setup.devices,
    ...(setup.pepper ? { tokenPepper: 'a pepper of at least 32 characters' } : {}),
    ...(setup.cookie ? COOKIE_MODE : {}),
  };
}

function nameOf(setup: Setup): string {
  const { batchResponse, lostResponse, onTokenReuse, rotates, buffer, cookie, pepper, adapter } = setup;
  const words = [
    batchResponse,
    lostResponse,
    onTokenReuse,
    rotates ? 'rotating' : 'not rotating',
    `buffer ${buffer} ms`,
  ];
  return [...words, ...(cookie ? ['cookie'] : []), ...(pepper ? ['pepper'] : []), adapter].join(', ');
}
