import bcrypt from 'bcryptjs';
import { Outbox } from 'nestjs-token-auth';
import { expect, it } from 'vitest';
import { PASSWORD } from '../support/accounts.js';
import { TestApp, User } from '../support/app.js';
import { DATABASES } from '../support/databases.js';
import { Mailbox, PAGE } from '../support/mailbox.js';
import { interleave, table, UNLOGGED, type Case, type Timed } from '../support/timing.js';

const ROUNDS = Number(process.env['TIMING_ROUNDS'] ?? 250);
/** A computation of this cost takes about a quarter of a second. */
const DEAR_ROUNDS = Math.ceil(ROUNDS / 10);

/** What is cheap to make. */
const DIGEST = bcrypt.hashSync(PASSWORD, 4);

let serial = 0;
const nobody = () => `nobody-${++serial}@example.com`;

function post(name: string, path: string, bodyOf: () => object | Promise<object>, method = 'POST'): Case {
  return { name, next: async () => ({ path, method, body: await bodyOf() }) };
}

/** An application in which nothing keeps from asking again and again, and what becomes of its accounts. */
async function withApp(database: (typeof DATABASES)[number], cost: number, measure: (app: TestApp) => Promise<void>) {
  const mailbox = await Mailbox.open();
  const app = await TestApp.start(
    { adapter: 'express', database },
    {
      ...UNLOGGED,
      realTime: true,
      auth: {
        ...mailbox.options,
        passwordCost: cost,
        confirmable: true,
        lockable: true,
        maximumAttempts: 1_000_000,
        throttleSignIn: false,
      },
    },
  );
  try {
    await measure(app);
  } finally {
    await app.close();
    await mailbox.close();
  }
}

/** An account that has been there before, in a state of its own. */
async function account(app: TestApp, values: Partial<User> = {}): Promise<string> {
  const email = `user-${++serial}@example.com`;
  await app.user({ email, uid: email, encryptedPassword: DIGEST, confirmedAt: new Date(), ...values });
  return email;
}

/** What is written before a request must not tell the requests apart. */
async function nobodyBeside(app: TestApp): Promise<string> {
  await account(app);
  return nobody();
}

/** The status is alike for all; how long it took is told, not held to anything. */
function expectStatus(title: string, results: readonly Timed[], status: number): void {
  console.log(table(title, results));
  expect([...new Set(results.flatMap((each) => [...each.statuses]))]).toEqual([status]);
}

it.each(DATABASES)('sign-ins that are refused (%s)', async (database) => {
  for (const [cost, rounds] of [
    [4, ROUNDS],
    [12, DEAR_ROUNDS],
  ] as const) {
    await withApp(database, cost, async (app) => {
      const known = await account(app, { encryptedPassword: await bcrypt.hash(PASSWORD, cost) });
      const weak = await account(app, { encryptedPassword: DIGEST });
      const locked = await account(app, { lockedAt: new Date() });
      const unconfirmed = await account(app, { confirmedAt: null });
      const bare = await account(app, { encryptedPassword: null });
      const as = (name: string, emailOf: () => string, password = 'not the horse') =>
        post(name, '/auth/sign_in', () => ({ email: emailOf(), password }));
      const results = await interleave(
        app.url,
        [
          as('nobody', nobody),
          as('wrong password', () => known),
          as('wrong password, digest of a lower cost', () => weak),
          as('locked, right password', () => locked, PASSWORD),
          as('unconfirmed, wrong password', () => unconfirmed),
          as('unconfirmed, right password', () => unconfirmed, PASSWORD),
          as('no password (provider alone)', () => bare),
        ],
        rounds,
        () => app.nest.get(Outbox).settled(),
      );
      expectStatus(`Sign-ins at cost ${cost}, ${database}`, results, 401);
    });
  }
});

it.each(DATABASES)('requests for mails (%s)', async (database) => {
  await withApp(database, 4, async (app) => {
    const settle = () => app.nest.get(Outbox).settled();
    const cases = (path: string, states: Record<string, Partial<User>>) => [
      post('nobody', path, async () => ({ email: await nobodyBeside(app), redirect_url: PAGE })),
      ...Object.entries(states).map(([name, values]) =>
        // A new account each time: mails to one address are limited.
        post(name, path, async () => ({ email: await account(app, values), redirect_url: PAGE })),
      ),
    ];
    const states = {
      known: {},
      unconfirmed: { confirmedAt: null },
      locked: { lockedAt: new Date() },
    };
    for (const path of ['/auth/password', '/auth/confirmation', '/auth/unlock']) {
      expectStatus(`POST ${path}, ${database}`, await interleave(app.url, cases(path, states), ROUNDS, settle), 200);
    }
  });
});

it.each(DATABASES)('sign-ups (%s)', async (database) => {
  await withApp(database, 4, async (app) => {
    const signUp = (name: string, emailOf: () => string | Promise<string>) =>
      post(name, '/auth', async () => ({ email: await emailOf(), password: PASSWORD, confirm_success_url: PAGE }));
    const results = await interleave(
      app.url,
      [
        signUp('new', () => nobodyBeside(app)),
        signUp('taken', () => account(app)),
        signUp('taken, unconfirmed', () => account(app, { confirmedAt: null })),
      ],
      ROUNDS,
      () => app.nest.get(Outbox).settled(),
    );
    expectStatus(`Sign-ups, ${database}`, results, 200);
  });
});
