import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsOf, freshEmail, newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryAdapter, on, TestApp, type AppOptions } from '../support/app.js';
import { ProtocolClient, send, sendJson, type Answer } from '../support/client.js';
import { resetToken, UNKNOWN_TOKEN } from '../support/links.js';
import { Mailbox, PAGE } from '../support/mailbox.js';
import { documentOf, expectDescribed, operationAt } from '../support/openapi.js';
import { Member, Names } from '../support/profiles.js';

/** Sends requests and checks each answer against the document; tells the statuses. */
class Checked {
  private readonly seen: string[] = [];

  private constructor(
    readonly app: TestApp,
    readonly document: OpenAPIObject,
  ) {}

  static async start(platform: Parameters<typeof TestApp.start>[0], options: AppOptions): Promise<Checked> {
    const app = await TestApp.start(platform, options);
    return new Checked(app, documentOf(app));
  }

  check(name: string, answer: Answer): void {
    expectDescribed(this.document, name, answer);
    this.seen.push(`${name} ${answer.status}`);
  }

  async send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    const [route = ''] = path.split('?');
    const answer =
      body === undefined
        ? await send(this.app.url + path, { method: method.toUpperCase(), headers })
        : await sendJson(this.app.url + path, method.toUpperCase(), body, headers);
    this.check(`${method} ${route}`, answer);
    return answer;
  }

  /** Which of an operation's statuses have been seen. */
  seenOf(name: string): string[] {
    return [...new Set(this.seen.filter((each) => each.startsWith(`${name} `)))]
      .map((each) => each.slice(-3))
      .toSorted();
  }

  describedOf(name: string): string[] {
    return Object.keys(operationAt(this.document, name).responses).filter((status) => status !== '503');
  }
}

onEveryAdapter('the answers that the OpenAPI document describes', (platform) => {
  let mailbox: Mailbox;
  let checked: Checked;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    checked = await Checked.start(platform, {
      auth: { userEntity: Member, signUpDto: Names, ...mailbox.options, paranoid: false, throttleAccountLimit: 3 },
    });
  });
  afterAll(async () => {
    await checked?.app.close();
    await mailbox?.close();
  });

  it('are those of signing up', async () => {
    const email = freshEmail();
    expect((await checked.send('post', '/auth', { email, password: PASSWORD })).status).toBe(200);
    for (const body of [{}, { email, password: PASSWORD }, { email: 'x', password: '' }, { email: 1, password: [] }]) {
      expect((await checked.send('post', '/auth', body)).status).toBe(422);
    }
    expect(checked.seenOf('post /auth')).toEqual(checked.describedOf('post /auth'));
  });

  it('are those of signing in, out, and asking who is', async () => {
    const { email } = await newAccount(checked.app);
    const answer = await checked.send('post', '/auth/sign_in', { email, password: PASSWORD });
    const credentials = credentialsOf(answer);
    await checked.send('get', '/auth/validate_token', undefined, credentials);
    await checked.send('get', '/auth/validate_token');
    await checked.send('delete', '/auth/sign_out', undefined, credentials);
    await checked.send('delete', '/auth/sign_out', undefined, credentials);
    await checked.send('get', '/auth/sign_in');
    for (let attempt = 0; attempt < 4; attempt++) {
      await checked.send('post', '/auth/sign_in', { email: 'nobody@example.com', password: 'wrong horse' });
    }
    for (const name of [
      'post /auth/sign_in',
      'delete /auth/sign_out',
      'get /auth/validate_token',
      'get /auth/sign_in',
    ]) {
      expect([name, checked.seenOf(name)]).toEqual([name, checked.describedOf(name)]);
    }
  });

  it('are those of changing and deleting an account', async () => {
    const client = await signedIn(checked);
    for (const method of ['put', 'patch']) {
      for (const body of [{ email: freshEmail() }, { email: 'x' }, {}]) {
        checked.check(`${method} /auth`, await client.go('/auth', json(method, body)));
      }
      await checked.send(method, '/auth', { email: freshEmail() });
      await checked.send(method, '/auth', { reset_password_token: UNKNOWN_TOKEN, password: PASSWORD });
      expect(checked.seenOf(`${method} /auth`)).toEqual(['200', '401', '404', '422']);
    }
    await checked.send('delete', '/auth');
    await checked.send('delete', '/auth', undefined, client.headers);
    expect(checked.seenOf('delete /auth')).toEqual(['200', '404']);
  });

  it('are those of the list of clients', async () => {
    const client = await signedIn(checked);
    const list = await client.go('/auth/clients');
    checked.check('get /auth/clients', list);
    const go = async (path: string) => await client.go(path, { method: 'DELETE' });
    checked.check('delete /auth/clients', await go('/auth/clients'));
    checked.check('delete /auth/clients/{id}', await go('/auth/clients/7'));
    checked.check('delete /auth/clients/{id}', await go(`/auth/clients/${list.body.data[0].id}`));
    checked.check('delete /auth/clients/{id}', await go('/auth/clients/7'));
    await checked.send('get', '/auth/clients');
    await checked.send('delete', '/auth/clients');
    expect(checked.seenOf('get /auth/clients')).toEqual(['200', '401']);
    expect(checked.seenOf('delete /auth/clients')).toEqual(['200', '401']);
    expect(checked.seenOf('delete /auth/clients/{id}')).toEqual(['200', '401', '404']);
  });

  it('are those of passwords', async () => {
    const email = freshEmail();
    const client = await signedIn(checked, email);
    for (const body of [{ email }, { redirect_url: PAGE }, { email: freshEmail(), redirect_url: PAGE }]) {
      await checked.send('post', '/auth/password', body);
    }
    await checked.send('post', '/auth/password', { email, redirect_url: 'https://evil.example' });
    await checked.send('post', '/auth/password', { email, redirect_url: PAGE });
    const token = await resetToken(checked.app, mailbox, email);
    expect(checked.seenOf('post /auth/password')).toEqual(checked.describedOf('post /auth/password'));

    const query = (secret: string, url: string) => `?reset_password_token=${secret}&redirect_url=${url}`;
    for (const rest of [query(token, PAGE), query('x', PAGE), query(token, 'https://evil.example'), '']) {
      await checked.send('get', `/auth/password/edit${rest}`);
    }
    expect(checked.seenOf('get /auth/password/edit')).toEqual(checked.describedOf('get /auth/password/edit'));

    const both = { password: 'another battery', password_confirmation: 'another battery' };
    for (const body of [{ ...both, current_password: 'wrong horse' }, {}, both]) {
      checked.check('put /auth/password', await client.go('/auth/password', json('put', body)));
    }
    await checked.send('put', '/auth/password', both);
    await checked.send('patch', '/auth/password', { ...both, reset_password_token: UNKNOWN_TOKEN });
    expect(checked.seenOf('put /auth/password')).toEqual(['200', '401', '422']);
  });
});

on({ adapter: 'express', database: 'sqlite' }, 'the answers of links in the OpenAPI document', (platform) => {
  let mailbox: Mailbox;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
  });
  afterAll(() => mailbox?.close());

  it.each([true, false])('are those of confirmation and unlocking (paranoid: %s)', async (paranoid) => {
    const auth = { ...mailbox.options, paranoid, confirmable: true, lockable: true, maximumAttempts: 1 };
    const checked = await Checked.start(platform, { auth });
    try {
      const email = freshEmail();
      const account = { email, password: PASSWORD };
      await checked.send('post', '/auth', account);
      await checked.send('post', '/auth', { ...account, confirm_success_url: 'https://evil.example' });
      await checked.send('post', '/auth', { ...account, confirm_success_url: PAGE });
      await checked.send('post', '/auth', { ...account, confirm_success_url: PAGE });
      expect(checked.seenOf('post /auth')).toEqual(['200', '422']);
      await checked.send('post', '/auth/sign_in', account);
      for (const [body, redirect] of [
        [{ email }, PAGE],
        [{}, PAGE],
        [{ email: freshEmail() }, PAGE],
        [{ email }, 'https://evil.example'],
      ] as const) {
        await checked.send('post', '/auth/confirmation', { ...body, redirect_url: redirect });
      }
      const link = await mailbox.linkTo(checked.app, email);
      await checked.send('get', `/auth/confirmation${link.search}`);
      await checked.send('get', '/auth/confirmation?confirmation_token=x');
      await checked.send('get', `/auth/confirmation?confirmation_token=${link.searchParams.get('confirmation_token')}`);
      await checked.send('get', '/auth/confirmation?redirect_url=https://evil.example');
      await signIn(checked.app, { email, password: 'wrong horse' });
      await checked.send('post', '/auth/sign_in', account);
      for (const body of [{ email }, {}, { email: freshEmail() }]) await checked.send('post', '/auth/unlock', body);
      const unlocking = await mailbox.linkTo(checked.app, email);
      await checked.send('get', `/auth/unlock${unlocking.search}`);
      await checked.send('get', '/auth/unlock?unlock_token=x');
      for (const name of [
        'post /auth/confirmation',
        'get /auth/confirmation',
        'post /auth/unlock',
        'get /auth/unlock',
      ]) {
        expect([name, checked.seenOf(name)]).toEqual([name, checked.describedOf(name)]);
      }
    } finally {
      await checked.app.close();
    }
  });
});

describe('a user whom the application shows in its own way', () => {
  it('is not described further than that', async () => {
    const auth = { userResponse: ({ id }: { id: unknown }) => ({ key: id }) };
    const checked = await Checked.start({ adapter: 'express', database: 'sqlite' }, { auth: auth as never });
    try {
      const email = freshEmail();
      const { body } = await checked.send('post', '/auth', { email, password: PASSWORD });
      expect(body.data).toEqual({ key: 1 });
      expect((await checked.send('post', '/auth', { email, password: PASSWORD })).status).toBe(422);
    } finally {
      await checked.app.close();
    }
  });
});

async function signedIn({ app }: Checked, email = freshEmail()): Promise<ProtocolClient> {
  const { answer } = await newAccount(app, email);
  app.clock.advance('10s');
  return new ProtocolClient(app, credentialsOf(answer));
}

function json(method: string, body: object): RequestInit {
  return {
    method: method.toUpperCase(),
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  };
}
