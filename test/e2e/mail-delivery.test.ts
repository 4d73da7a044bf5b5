import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Controller, Get, Inject, Logger, Post, Res } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Outbox, TokenAuthEvents } from 'nestjs-token-auth';
import { DataSource } from 'typeorm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AccountMails } from '../../dist/mails/account-mails.js';
import type { Outbox as WholeOutbox } from '../../lib/mails/outbox.js';
import { onEveryAdapter, type Platform } from '../support/app.js';
import { eventually, ProtocolClient, send } from '../support/client.js';
import { Gate } from '../support/held.js';
import { settled } from '../support/latch.js';
import { LogKeeper } from '../support/log-keeper.js';
import { MailingApp, SECRET } from '../support/mails.js';
import { RawRequest } from '../support/raw-request.js';
import { SmtpServer } from '../support/smtp.js';

const platform: Platform = { adapter: 'express', database: 'sqlite' };

/** What the endpoints do with mails, without an endpoint. */
@Controller('mails')
class MailsController {
  readonly seen: string[] = [];

  constructor(
    @Inject(ModuleRef) private readonly modules: ModuleRef,
    @Inject(Outbox) private readonly outbox: WholeOutbox,
    @Inject(Gate) private readonly gate: Gate,
  ) {}

  @Post()
  create() {
    const mails = this.modules.get(AccountMails, { strict: false });
    mails.post('unlock', { user: {} as never, to: 'ada@example.com', link: null, newEmail: null, language: 'en' });
    return { success: true };
  }

  @Get('held')
  async held(@Res({ passthrough: true }) response: { raw?: object }) {
    const raw = (response.raw ?? response) as { writableFinished: boolean };
    this.outbox.afterResponse(response, 'look', async () => {
      this.seen.push(raw.writableFinished ? 'gone out' : 'not gone out');
    });
    await this.gate.pass('held');
    return { success: true };
  }
}

/** Time passes for whom it passes in truth, and a test can let much of it pass at once. */
const PASSING = { toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true } satisfies Parameters<
  typeof vi.useFakeTimers
>[0];

let mailing: MailingApp;
let log: LogKeeper;

async function start(...[at, auth]: Parameters<typeof MailingApp.start>): Promise<void> {
  mailing = await MailingApp.start(at, auth, { controllers: [MailsController], providers: [Gate] });
  log = new LogKeeper();
  Logger.overrideLogger(log);
}

afterEach(async () => {
  vi.useRealTimers();
  Logger.overrideLogger(false);
  // What a failed test has left.
  mailing.app.nest.get(Gate).open('held');
  await mailing.close();
});

onEveryAdapter('the jobs of a request', (each) => {
  it('begin when its answer has gone out', async () => {
    await start(each);
    const { seen } = mailing.app.nest.get(MailsController);
    const answer = send(`${mailing.app.url}/mails/held`);
    await mailing.app.nest.get(Gate).holds('held');
    await settled();
    expect(seen).toEqual([]);
    mailing.app.nest.get(Gate).open('held');
    expect((await answer).body).toEqual({ success: true });
    await mailing.outbox.settled();
    expect(seen).toEqual(['gone out']);
  });

  it('begin when its peer has gone away', async () => {
    await start(each);
    const { seen } = mailing.app.nest.get(MailsController);
    const request = RawRequest.send(mailing.app, new ProtocolClient(mailing.app, {}), '/mails/held');
    await mailing.app.nest.get(Gate).holds('held');
    await settled();
    expect(seen).toEqual([]);
    request.cut();
    await mailing.outbox.settled();
    expect(seen).toEqual(['not gone out']);
    mailing.app.nest.get(Gate).open('held');
  });
});

describe('a mail', () => {
  it('is tried again when the server has refused it', async () => {
    await start(platform);
    vi.useFakeTimers(PASSING);
    mailing.smtp.refuseNext(2);
    mailing.post('unlock');
    for (const [refusals, pause] of [1_000, 5_000].entries()) {
      await eventually(() => log.lines.length > refusals);
      expect(mailing.smtp.mails).toEqual([]);
      vi.advanceTimersByTime(pause);
    }
    await mailing.outbox.settled();
    expect(mailing.smtp.refused).toBe(2);
    expect(mailing.smtp.mails).toHaveLength(1);
  });

  it('is tried again when its template has failed', async () => {
    let runs = 0;
    await start(platform, {
      mailTemplates: {
        unlock: () => {
          if (runs++ === 0) throw new Error('The template is broken');
          return { subject: 'Repaired' };
        },
      },
    });
    vi.useFakeTimers(PASSING);
    mailing.post('unlock');
    await eventually(() => log.lines.length > 0);
    vi.advanceTimersByTime(1_000);
    await mailing.outbox.settled();
    expect(mailing.smtp.mails.map(({ content }) => content.subject)).toEqual(['Repaired']);
    expect(log.lines).toEqual([expect.stringContaining('The template is broken')]);
  });

  it('delays no answer while the server hangs', async () => {
    await start(platform);
    mailing.smtp.hang();
    for (let count = 0; count < 8; count++) {
      expect((await send(`${mailing.app.url}/mails`, { method: 'POST' })).status).toBe(201);
    }
    await eventually(() => mailing.smtp.connections === 5);
    expect(mailing.smtp.mails).toEqual([]);
    // Nobody hangs any more, so that the application need not wait.
    await mailing.smtp.close();
  });

  it('that fails for good is reported by its kind, and its secret by nobody', async () => {
    await start(platform);
    const failed: unknown[] = [];
    mailing.app.nest.get(TokenAuthEvents).on('mail.failed', (event) => failed.push(event));
    mailing.smtp.refuseNext(10, 'We do not take mails that say %s');
    mailing.post('resetPassword');
    await eventually(() => log.lines.length > 0);
    // The last attempt of what waits.
    await mailing.stop();
    expect(failed).toMatchObject([{ kind: 'resetPassword', error: { message: expect.stringContaining('451') } }]);
    expect(log.lines.at(-1)).toContain("'resetPassword' failed for good");
    expect(log.lines.join()).toContain('Someone has requested');
    expect(log.lines.join() + String((failed[0] as { error: Error }).error.stack)).not.toContain(SECRET);
  });

  it('says why where no server listens', async () => {
    await start(platform, { mailTransport: { port: 1 } });
    mailing.post('unlock');
    await eventually(() => log.lines.length > 0);
    expect(log.lines[0]).toContain('ECONNREFUSED');
  });
});

describe('when the application closes', () => {
  it('what waits gets its last attempt, with the database still there', async () => {
    const seen: number[] = [];
    await start(platform, {
      mailTemplates: {
        unlock: async () => {
          seen.push(await mailing.app.nest.get(DataSource).getRepository('User').count());
          return {};
        },
      },
    });
    mailing.smtp.refuseNext(1);
    mailing.post('unlock');
    await eventually(() => log.lines.length > 0);
    await mailing.stop();
    expect(mailing.smtp.mails).toHaveLength(1);
    expect(seen).toEqual([0, 0]);
  });

  it('a pool of connections is closed after the last mail', async () => {
    await start(platform, { mailTransport: { pool: true } });
    mailing.smtp.refuseNext(1);
    mailing.post('unlock');
    await eventually(() => log.lines.length > 0);
    expect(mailing.smtp.connections).toBe(1);
    await mailing.stop();
    expect(mailing.smtp.mails).toHaveLength(1);
    await eventually(() => mailing.smtp.connections === 0);
  });
});

describe('a program that sends mails', () => {
  const script = fileURLToPath(new URL('../support/mails-into-silence.mjs', import.meta.url));

  it('is kept by no server that hangs', async () => {
    const smtp = await SmtpServer.start();
    smtp.hang();
    try {
      // Rejects when the process has to be killed or fails.
      const { stderr } = await promisify(execFile)(process.execPath, [script, smtp.url], { timeout: 25_000 });
      expect(stderr).toContain('1 jobs, such as mails, are lost');
    } finally {
      await smtp.close();
    }
  });

  it('does not start without the package, and says how to get it', async () => {
    const missing = new URL('../support/without-package.mjs', import.meta.url).href;
    const program = promisify(execFile)(process.execPath, ['--import', missing, script, 'smtp://127.0.0.1'], {
      env: { ...process.env, WITHOUT: 'nodemailer' },
    });
    await expect(program).rejects.toThrow('npm install nodemailer');
  });
});
