import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { Outbox } from '../../lib/mails/outbox.js';
import { TokenAuthEvents } from '../../lib/tokens/token-events.js';
import { Latch, settled } from '../support/latch.js';
import { LogKeeper } from '../support/log-keeper.js';

/** The pauses between attempts, in s. */
const PAUSES = [1, 5, 30, 120, 300];

describe('the outbox', () => {
  let outbox: Outbox;
  let log: LogKeeper;
  let lost: { kind: string; error: unknown }[];
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    log = new LogKeeper();
    Logger.overrideLogger(log);
    lost = [];
    outbox = new Outbox(new TokenAuthEvents().on('mail.failed', (event) => lost.push(event)));
  });
  afterEach(() => {
    Logger.overrideLogger(false);
    vi.useRealTimers();
  });

  /** Whether everything is done, without waiting for it. */
  async function isSettled(): Promise<boolean> {
    let done = false;
    void outbox.settled().then(() => (done = true));
    await settled();
    return done;
  }

  async function pass(seconds: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    await settled();
  }

  /** A job that fails a number of times, and how often it has run. */
  function failing(times: number) {
    const job = Object.assign(
      async () => {
        if (job.runs++ < times) throw new Error(`no luck in run ${job.runs}`);
      },
      { runs: 0 },
    );
    return job;
  }

  it('has nothing to wait for at first', async () => {
    expect(await isSettled()).toBe(true);
  });

  it('never runs a job within the turn of its caller', async () => {
    let ran = false;
    outbox.enqueue('mail', async () => {
      ran = true;
    });
    await Promise.resolve();
    expect(ran).toBe(false);
    await outbox.settled();
    expect(ran).toBe(true);
  });

  it('runs five jobs at a time, in their order', async () => {
    const latches = Array.from({ length: 7 }, () => new Latch());
    const begun: number[] = [];
    for (const [index, latch] of latches.entries()) {
      outbox.enqueue('mail', async () => {
        begun.push(index);
        await latch.wait();
      });
    }
    await settled();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    latches[3]!.release();
    await settled();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    for (const latch of latches) latch.release();
    await outbox.settled();
    expect(begun).toHaveLength(7);
  });

  it('tries a job again after growing pauses, and then no more', async () => {
    const job = failing(1);
    outbox.enqueue('resetPassword', job);
    await settled();
    expect(job.runs).toBe(1);
    await pass(0.999);
    expect(job.runs).toBe(1);
    await pass(0.001);
    expect(job.runs).toBe(2);
    expect(await isSettled()).toBe(true);
    expect(lost).toEqual([]);
    expect(log.lines).toEqual([expect.stringContaining("'resetPassword' failed and is tried again in 1 s: no luck")]);
  });

  it('gives a job up after five more attempts, with a line in the log and an event', async () => {
    const job = failing(Number.POSITIVE_INFINITY);
    outbox.enqueue('unlock', job);
    await settled();
    for (const [index, pause] of PAUSES.entries()) {
      expect(job.runs).toBe(index + 1);
      expect(lost).toEqual([]);
      expect(await isSettled()).toBe(false);
      await pass(pause);
    }
    expect(job.runs).toBe(6);
    expect(lost).toEqual([{ kind: 'unlock', error: new Error('no luck in run 6') }]);
    expect(log.lines.at(-1)).toContain("'unlock' failed for good: no luck in run 6");
    expect(await isSettled()).toBe(true);
  });

  it('keeps no place for a job that waits for another attempt', async () => {
    for (let count = 0; count < 20; count++) outbox.enqueue('mail', failing(1));
    await settled();
    const job = failing(0);
    outbox.enqueue('mail', job);
    await settled();
    expect(job.runs).toBe(1);
  });

  it('counts a throw that is no rejection, and what is no error, as a failed attempt', async () => {
    let runs = 0;
    outbox.enqueue('mail', () => {
      runs++;
      throw 'nothing but a text'; // oxlint-disable-line no-throw-literal
    });
    await settled();
    await pass(1);
    expect(runs).toBe(2);
    expect(log.lines[0]).toContain('nothing but a text');
  });

  it('gives up an attempt after a minute, and its place to another job', async () => {
    let runs = 0;
    for (let count = 0; count < 5; count++) {
      outbox.enqueue('mail', async () => {
        if (runs++ < 5) await new Promise(() => undefined);
      });
    }
    const job = failing(0);
    outbox.enqueue('mail', job);
    await pass(59.999);
    expect(job.runs).toBe(0);
    await pass(0.001);
    expect(job.runs).toBe(1);
    expect(log.lines[0]).toContain('no result after 60 s');
    await pass(1);
    expect(runs).toBe(10);
    expect(await isSettled()).toBe(true);
  });

  it('drops what comes when ten thousand jobs wait', async () => {
    let runs = 0;
    const job = async () => {
      runs++;
    };
    for (let count = 0; count < 10_001; count++) outbox.enqueue('mail', job);
    expect(lost).toEqual([{ kind: 'mail', error: new Error('10000 jobs are waiting already') }]);
    expect(log.lines).toHaveLength(1);
    await outbox.settled();
    expect(runs).toBe(10_000);
  });

  it('waits for jobs that jobs enqueue', async () => {
    const inner = failing(0);
    outbox.enqueue('outer', async () => {
      await settled();
      outbox.enqueue('inner', inner);
    });
    await outbox.settled();
    expect(inner.runs).toBe(1);
  });

  describe('after a response', () => {
    it('begins a job when the response has ended, and says so until then', async () => {
      const response = new PassThrough();
      const job = failing(0);
      outbox.afterResponse(response, 'mail', job);
      await settled();
      expect(job.runs).toBe(0);
      expect(await isSettled()).toBe(false);
      response.resume().end('done');
      await outbox.settled();
      expect(job.runs).toBe(1);
    });

    it('begins a job when the peer has gone away', async () => {
      const response = new PassThrough();
      const job = failing(0);
      outbox.afterResponse({ raw: response }, 'mail', job);
      response.destroy(new Error('gone'));
      await outbox.settled();
      expect(job.runs).toBe(1);
    });

    it('begins a job soon when the response had ended before', async () => {
      const response = new PassThrough();
      response.resume().end();
      await settled();
      const job = failing(0);
      outbox.afterResponse(response, 'mail', job);
      await outbox.settled();
      expect(job.runs).toBe(1);
    });
  });

  describe('when the application shuts down', () => {
    it('finishes what waits for its turn, and gives what failed its last attempt', async () => {
      const [lucky, unlucky] = [failing(1), failing(2)];
      outbox.enqueue('mail', lucky);
      outbox.enqueue('mail', unlucky);
      await settled();
      const late = failing(0);
      outbox.enqueue('mail', late);
      await outbox.onApplicationShutdown();
      expect([lucky.runs, unlucky.runs, late.runs]).toEqual([2, 2, 1]);
      expect(lost).toEqual([{ kind: 'mail', error: new Error('no luck in run 2') }]);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('waits five seconds for what hangs, and says what is lost', async () => {
      const job = failing(0);
      for (let count = 0; count < 5; count++) outbox.enqueue('mail', () => new Promise(() => undefined));
      outbox.enqueue('mail', job);
      let over = false;
      void outbox.onApplicationShutdown().then(() => (over = true));
      await pass(4.999);
      expect(over).toBe(false);
      await pass(0.001);
      expect(over).toBe(true);
      expect(log.lines).toEqual([expect.stringContaining('6 jobs, such as mails, are lost')]);
      // Their time is up now, and nothing comes after them.
      await pass(60);
      expect(job.runs).toBe(0);
    });
  });
});
