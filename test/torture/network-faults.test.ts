import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, signIn } from '../support/accounts.js';
import { onEveryServer, User } from '../support/app.js';
import type { Moment, Strike } from '../support/tcp-proxy.js';
import { expectDesigned, FaultLab, inHandler, LIMIT, NEW, POOL, STEPS, type Person, type Step } from './fault-lab.js';
import { ROUNDS } from './rounds.js';

/** What happens at one statement of a request. */
const FAULTS: readonly (readonly [Moment, Strike])[] = [
  ['before', 'cut'],
  ['after', 'silence'],
  ['amid', 'cut'],
  ['after', 'cut'],
  ['before', 'refuse'],
  ['before', 'silence'],
];
/** The shorter form keeps those that differ most. */
const CHOSEN = ROUNDS >= 50 ? FAULTS : FAULTS.slice(0, 3);

/** No request of these makes as many statements. */
const MOST_STATEMENTS = 60;

for (const lostResponse of ['forgiving', 'strict'] as const) {
  // Of the other steps, none depends on it.
  const steps = lostResponse === 'forgiving' ? STEPS : STEPS.slice(0, 2);
  onEveryServer(`a network that fails at any statement, ${lostResponse}`, (platform) => {
    let lab: FaultLab;
    let person: Person | null = null;
    beforeAll(async () => {
      lab = await FaultLab.open(platform, { lostResponse });
    });
    afterAll(() => lab.close());

    /** Whoever holds what is valid afterwards goes on to the next case. */
    async function strike(step: Step, index: number, moment: Moment, how: Strike): Promise<boolean> {
      const somebody = person ?? (await lab.person());
      person = null;
      lab.app.clock.advance('10s');
      lab.proxy.strikeAt(index, moment, how);
      const answer = await lab.timely(() => step.run(lab, somebody));
      const hasStruck = !lab.proxy.isWaiting;
      await lab.proxy.pass();
      expectDesigned(answer, step);
      const isBeforeAll = hasStruck && index === 0 && moment === 'before';
      expect(!isBeforeAll || answer.status === 503).toBe(true);
      person = await expectAlive(step, somebody);
      return hasStruck;
    }

    /** Nobody has lost anything but what was asked for; that may have been done also where a failure was told. */
    async function expectAlive(step: Step, { email, client }: Person): Promise<Person | null> {
      if (lostResponse === 'forgiving') lab.app.clock.advance('1h');
      const { status } = await lab.whenBack(() => client.go('/members'));
      const isLeft = step.ends !== undefined && (await lab.app.rowOf(client)) === undefined;
      expect(status).toBe(isLeft ? 401 : 200);
      const user = await lab.app.dataSource.getRepository(User).findOneBy({ email });
      if (user === null) expect(step.ends).toBe('account');
      const statuses: number[] = [];
      for (const password of step.changesPassword ? [PASSWORD, NEW] : [PASSWORD]) {
        statuses.push((await lab.whenBack(() => signIn(lab.app, { email, password }))).status);
      }
      expect(statuses.filter((each) => each === 200)).toHaveLength(user === null ? 0 : 1);
      // With `strict`, a token whose successor got lost serves for as long as its batch is open.
      return lostResponse === 'forgiving' && !isLeft && statuses[0] === 200 ? { email, client } : null;
    }

    describe.each(CHOSEN)('%s the answer: %s', (moment, how) => {
      it.each(steps.map((step) => [step.name, step] as const))('during %s', async (_, step) => {
        let index = 0;
        while (index < MOST_STATEMENTS && (await strike(step, index, moment, how))) index++;
        expect(index).toBeGreaterThan(0);
        expect(index).toBeLessThan(MOST_STATEMENTS);
      });
    });
  });
}

onEveryServer('a network that fails for some time', (platform) => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await FaultLab.open(platform);
  });
  afterAll(() => lab.close());

  const faults: [name: string, begin: () => Promise<unknown>, end?: () => Promise<unknown>][] = [
    ['refuses connections', () => lab.proxy.refuse()],
    ['is silent', async () => lab.proxy.silence()],
    ['is slower than the limit', async () => lab.proxy.slowDown(3 * LIMIT)],
    ['has no connection left', () => lab.holdPool()],
  ];

  it.each(faults)('%s: 503 to every step, and all of them work afterwards', async (_, begin) => {
    const people = await lab.people();
    const end = await begin();
    for (const [index, step] of STEPS.entries()) {
      const answer = await lab.timely(() => step.run(lab, people[index]!));
      expectDesigned(answer);
      expect([step.name, answer.status]).toEqual([step.name, 503]);
    }
    await lab.proxy.pass();
    if (typeof end === 'function') await end();
    for (const [index, step] of STEPS.entries()) {
      const { status } = await lab.whenBack(() => step.run(lab, people[index]!));
      expect([step.name, step.answers ?? [200]]).toEqual([step.name, [status]]);
    }
  });

  it.each(faults)('%s on departure: the answer of the handler goes out, and the token serves', async (_, begin) => {
    const { client } = await lab.person();
    let end: unknown;
    inHandler(async () => (end = await begin()));
    lab.failures.length = 0;
    const answer = await lab.timely(() => client.go('/members'));
    inHandler(() => {});
    expect([answer.status, answer.body, lab.failures.length]).toEqual([200, { ok: true }, 1]);
    await lab.proxy.pass();
    if (typeof end === 'function') await end();
    lab.app.clock.advance('1h');
    expect((await lab.whenBack(() => client.go('/members'))).status).toBe(200);
  });

  it('is slow, but not too slow: everybody is served', async () => {
    lab.proxy.slowDown(LIMIT / 10);
    const person = await lab.person();
    for (const step of STEPS) {
      const { status } = await lab.timely(() => step.run(lab, person));
      expect([step.name, step.answers ?? [200]]).toEqual([step.name, [status]]);
      if (step.ends === 'account' || step.changesPassword) Object.assign(person, await lab.person());
      if (step.ends === 'client') Object.assign(person, await lab.person());
    }
    await lab.proxy.pass();
  });

  it('restarts again and again under load: nobody is signed out, and all are served at the end', async () => {
    const people = await Promise.all(Array.from({ length: 8 }, () => lab.person()));
    let isOver = false;
    const seen = new Map<number, number>();
    const walks = people.map(async ({ client }) => {
      while (!isOver) {
        const answer = await lab.timely(() => client.go('/members'));
        expectDesigned(answer);
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        lab.app.clock.advance('1s');
      }
    });
    const restarts = (async () => {
      const served = () => seen.get(200) ?? 0;
      const unserved = () => seen.get(503) ?? 0;
      for (let restart = 0; restart < Math.max(3, ROUNDS / 10); restart++) {
        const [before, failed] = [served(), unserved()];
        await until(() => served() > before + 20);
        await lab.proxy.refuse();
        await until(() => unserved() > failed + 5);
        await lab.proxy.pass();
      }
      isOver = true;
    })();
    await Promise.all([restarts, ...walks]);
    for (const { client } of people) {
      lab.app.clock.advance('1h');
      expect((await lab.whenBack(() => client.go('/members'))).status).toBe(200);
    }
  });
});

onEveryServer('a pool without a limit of its own that has no connection left', (platform) => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await FaultLab.open(platform, {}, 0);
  });
  afterAll(() => lab.close());

  it.each([
    ['a guarded request', ({ client }: Person) => client.peek('/members')],
    ['the sign-in', ({ email }: Person) => signIn(lab.app, { email, password: PASSWORD })],
  ])('keeps %s waiting no longer than the limit, and gets back what comes late', async (_, request) => {
    const person = await lab.person();
    const letGo = await lab.holdPool();
    // Enough of them to use the pool up, if each kept one.
    const waiting = Array.from({ length: 2 * POOL }, () => lab.timely(() => request(person)));
    for (const answer of await Promise.all(waiting)) {
      expectDesigned(answer);
      expect(answer.status).toBe(503);
    }
    await letGo();
    expect((await lab.whenBack(() => request(person))).status).toBe(200);
  });
});

/** Waits as long as the test may take. */
async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}
