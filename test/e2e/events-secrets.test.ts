import type { IncomingMessage, ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { TokenService, type TokenAuthModuleOptions } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import { PASSWORD, signUp } from '../support/accounts.js';
import { onEveryDatabase } from '../support/app.js';
import { FROM_ELSEWHERE, send, sendJson } from '../support/client.js';
import { ADA, GRACE, Stage } from '../support/event-stage.js';
import { ask, resetToken, setPassword, twice } from '../support/links.js';
import { PAGE } from '../support/mailbox.js';
import { update } from '../support/updates.js';

const PASSWORDS = [PASSWORD, 'another horse', 'the third horse', 'not the horse'];
const AUTH: Partial<TokenAuthModuleOptions<any>> = {
  confirmable: true,
  lockable: true,
  maximumAttempts: 2,
  requireClientPasswordResetToken: false,
};

/** Text that is neither an address, an id nor what a browser calls itself: tokens, digests, keys. */
const SECRET = /^(?!.*@)(?![\da-f]{8}-)[\w$./+=-]{20,}$/;

/** Everything that an application has handed out: what its responses carry (for Express). */
class Issued {
  readonly values = new Set<string>();

  readonly configure = (nest: INestApplication): void => {
    nest.use((_request: IncomingMessage, response: ServerResponse, next: () => void) => {
      response.on('finish', () => {
        for (const name of ['access-token', 'authorization', 'set-cookie', 'location'])
          this.add(response.getHeader(name));
      });
      next();
    });
  };

  private add(header: number | string | string[] | undefined): void {
    // A cookie is JSON, percent-encoded.
    const text = String(header ?? '');
    const words = `${text} ${decodeURIComponent(text)}`.split(/[\s=;?&",:{}%]+/);
    for (const word of words) if (SECRET.test(word) && !word.startsWith('http')) this.values.add(word);
  }
}

onEveryDatabase('events', (platform) => {
  let stage: Stage;
  afterEach(() => stage.close());

  async function start(auth: Partial<TokenAuthModuleOptions<any>>): Promise<Issued> {
    const issued = new Issued();
    stage = await Stage.start(platform, { ...AUTH, ...auth }, { configure: issued.configure });
    await stage.confirm();
    return issued;
  }

  /** All secrets that were issued, sent or stored. */
  function secretsOf(issued: Issued): string[] {
    const stored = stage.app.log.parameters.filter((value) => typeof value === 'string' && SECRET.test(value));
    const mailed = stage.mailbox.server.mails.flatMap(({ content }) => content.text?.match(/token=[\w-]{43}/g) ?? []);
    const sent = mailed.map((parameter) => parameter.slice('token='.length));
    return [...new Set([...(stored as string[]), ...sent, ...issued.values, ...PASSWORDS])];
  }

  /** A life in which as much as possible happens. */
  async function live(): Promise<void> {
    const { app, mailbox } = stage;
    await signUp(app, { email: GRACE, password: PASSWORD, confirm_success_url: PAGE });
    await stage.lock();
    await stage.followLink();
    await stage.signIn();
    const own = await stage.client('own');
    const [old] = [own.token, await update(own, { ...twice('another horse'), name: 'Ada' })];
    app.clock.advance('10s');
    await own.go('/members');
    await own.show(old, '/members', FROM_ELSEWHERE);
    const reset_password_token = await resetToken(app, mailbox, ADA);
    await stage.followLink();
    await setPassword(app, { reset_password_token, ...twice('the third horse') });
    await stage.signIn('not the horse');
    await ask(app, 'confirmation', { email: ADA, redirect_url: PAGE });
    const last = await stage.client('last');
    await last.go('/auth/sign_out', { method: 'DELETE' });
    await (await stage.client('very last')).go('/auth', { method: 'DELETE' });
  }

  it('hold no secret', async () => {
    const issued = await start({});
    await live();
    const secrets = secretsOf(issued);
    expect(issued.values.size).toBeGreaterThan(5);
    expect(secrets.length).toBeGreaterThan(30);
    expect(stage.recorder.spoken).toContain(ADA);
    expect(secrets.filter((secret) => stage.recorder.spoken.includes(secret))).toEqual([]);
  });

  it('hold no cookie', async () => {
    const issued = await start({ cookieEnabled: true, cookieAttributes: { secure: false } });
    const { app } = stage;
    const answer = await sendJson(`${app.url}/auth/sign_in`, 'POST', { email: ADA, password: PASSWORD });
    const [cookie = ''] = answer.headers.get('set-cookie')?.split(';') ?? [];
    app.clock.advance('10s');
    expect((await send(`${app.url}/members`, { headers: { cookie } })).status).toBe(200);
    const secrets = secretsOf(issued);
    const { 'access-token': token } = JSON.parse(decodeURIComponent(cookie.split('=')[1] ?? ''));
    expect(secrets).toContain(token);
    expect(secrets.filter((secret) => stage.recorder.spoken.includes(secret))).toEqual([]);
  });

  it('hold no digest where a program signs a user in that it has made itself', async () => {
    await start({});
    const { app, recorder } = stage;
    const digest = '$2a$04$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    const user = await app.user({ encryptedPassword: digest });
    await recorder.during(() => app.nest.get(TokenService).issue(user));
    expect(recorder.spoken).toContain(user.email);
    expect(recorder.spoken).not.toContain(digest);
    expect(user.encryptedPassword).toBe(digest);
  });
});
