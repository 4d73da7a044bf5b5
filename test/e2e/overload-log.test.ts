import { Logger } from '@nestjs/common';
import { PasswordHasher, PasswordQueueFullError } from 'nestjs-token-auth';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { LogKeeper } from '../support/log-keeper.js';

/** Has no room for anything. */
class FullHasher extends PasswordHasher {
  hash(): Promise<never> {
    return Promise.reject(new PasswordQueueFullError());
  }

  verify(): Promise<never> {
    return Promise.reject(new PasswordQueueFullError());
  }
}

const REFUSED = 'Answered 503: PasswordQueueFullError: Too many sign-ins are waiting. Please try again in a moment.';

onEveryAdapter('what the log says of requests that are answered 503', (platform) => {
  let app: TestApp;
  let errors: string[];
  let warnings: string[];
  beforeEach(async () => {
    app = await TestApp.start(platform, { auth: { passwordHasher: FullHasher } });
    const log = new LogKeeper();
    [errors, warnings] = [[], []];
    vi.spyOn(log, 'error').mockImplementation((message) => errors.push(String(message)));
    vi.spyOn(log, 'warn').mockImplementation((message) => warnings.push(String(message)));
    Logger.overrideLogger(log);
  });
  afterEach(async () => {
    Logger.overrideLogger(false);
    await app.close();
  });

  async function beRefused(times: number): Promise<void> {
    for (let each = 0; each < times; each++) {
      const send = each % 2 === 0 ? signIn : signUp;
      expect((await send(app, { email: freshEmail(), password: PASSWORD })).status).toBe(503);
    }
  }

  it('is one warning a minute of a flood of sign-ins, with the number of those before it', async () => {
    await beRefused(20);
    app.clock.advance('59s');
    await beRefused(5);
    expect(warnings).toEqual([REFUSED]);

    const minute = () => new Date(app.clock.now() - 60_000).toISOString();
    app.clock.advance('1s');
    const second = `${REFUSED} (24 more since ${minute()})`;
    await beRefused(10);
    app.clock.advance('60s');
    const third = `${REFUSED} (9 more since ${minute()})`;
    await beRefused(1);
    expect(warnings).toEqual([REFUSED, second, third]);
    expect(errors).toEqual([]);
  });

  it('is a warning without a number where there was one refusal', async () => {
    await beRefused(1);
    app.clock.advance('1h');
    await beRefused(1);
    expect(warnings).toEqual([REFUSED, REFUSED]);
  });

  it('does not fall silent when the clock is set back', async () => {
    await beRefused(1);
    app.clock.stepBack(3_600_000);
    await beRefused(1);
    expect(warnings).toHaveLength(2);
  });

  it('is an error each time where something is broken', async () => {
    const { tablePath } = app.dataSource.getMetadata('User');
    await app.dataSource.query(`ALTER TABLE "${tablePath}" RENAME TO gone`);
    await beRefused(4);
    expect(errors.filter((line) => line.startsWith('Answered 503: DatabaseError'))).toHaveLength(4);
    expect(warnings).toEqual([]);
  });
});
