import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  Body,
  Controller,
  Get,
  Headers as RequestHeaders,
  Post,
  Query,
  Redirect,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { Public, TokenAuthGuard } from 'nestjs-token-auth';
import { createTokenAuthClient } from 'nestjs-token-auth/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { shown, signedIn } from '../support/client-app.js';
import { MembersController } from '../support/members.js';

/** What a foreign server has been sent. */
const foreign: IncomingMessage[] = [];

@Controller('routes')
@UseGuards(TokenAuthGuard)
class RoutesController {
  @Get('elsewhere')
  @Redirect()
  elsewhere(@Query('to') url: string) {
    return { url };
  }

  @Get('refuses')
  refuses() {
    throw new UnauthorizedException({ errors: ['Not with this code.'] });
  }

  @Post('echo')
  echo(@Body() body: unknown) {
    return body;
  }

  @Public()
  @Get('open')
  open(@RequestHeaders() headers: Record<string, string>) {
    return headers;
  }
}

onEveryAdapter('the fetch of a client', (platform) => {
  let app: TestApp;
  let other: Server;
  let otherUrl: string;

  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [RoutesController, MembersController] });
    other = createServer((request, response) => {
      foreign.push(request);
      // It claims to know a token.
      response
        .writeHead(401, { 'access-token': 'forged', client: 'forged', uid: 'forged', expiry: '99999999999' })
        .end();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    await app.close();
    other.closeAllConnections();
    other.close();
  });
  beforeEach(() => {
    foreign.length = 0;
  });

  it('shows credentials to the API alone', async () => {
    const { client } = await signedIn(app);
    expect((await client.fetch(otherUrl)).status).toBe(401);
    expect((await client.fetch(new URL(otherUrl))).status).toBe(401);
    expect((await client.fetch(new Request(otherUrl))).status).toBe(401);
    expect((await client.fetch(otherUrl.replace('http:', ''))).status).toBe(401);
    expect(foreign.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, undefined, undefined]);
    expect(client.isSignedIn).toBe(true);
  });

  it('shows them below the base alone', async () => {
    const { client: member } = await signedIn(app);
    expect(member.isSignedIn).toBe(true);
    const { client, wire } = await signedIn(app, { baseUrl: `${app.url}/routes`, authPath: '../auth' });
    for (const path of ['open', './open', '/routes/open', `${app.url}/routes/../routes/open`]) await client.fetch(path);
    expect(wire.sent.map(({ token }) => token !== null)).toEqual([true, true, true, true]);
    wire.sent.length = 0;
    for (const path of ['/members', '../members', '%2e%2e/members', '/routesx', '..\\members'])
      await client.fetch(path);
    expect(wire.sent.map(({ token }) => token)).toEqual([null, null, null, null, null]);
  });

  it('shows them to nobody whom a redirect leads to, and believes nothing that is said there', async () => {
    const { client, wire } = await signedIn(app);
    const response = await client.fetch(`/routes/elsewhere?to=${encodeURIComponent(otherUrl)}`);
    expect([response.status, response.url]).toEqual([401, otherUrl]);
    expect(foreign).toHaveLength(1);
    expect(foreign[0]?.headers).not.toHaveProperty('authorization');
    expect(JSON.stringify(foreign[0]?.headers)).not.toContain(wire.sent[0]?.token);
    await client.validate();
    app.clock.advance('10s');
    expect((await client.fetch('/members')).status).toBe(200);
  });

  it('follows its token through a redirect, whose answer brings the next one', async () => {
    const { client } = await signedIn(app);
    const response = await client.fetch('/routes/elsewhere?to=/members');
    expect(response.url).toBe(`${app.url}/members`);
    await client.validate();
    app.clock.advance('10s');
    expect((await client.fetch('/members')).status).toBe(200);
  });

  it("leaves a handler's own 401 to the caller, without a retry and without a question", async () => {
    const { client, wire } = await signedIn(app);
    const response = await client.fetch('/routes/refuses');
    expect([response.status, await response.json()]).toEqual([401, { errors: ['Not with this code.'] }]);
    expect(wire.paths).toEqual(['/routes/refuses']);
    expect(client.isSignedIn).toBe(true);
  });

  it('leaves a request alone that brings an authorization of its own', async () => {
    const { client } = await signedIn(app);
    const response = await client.fetch('/routes/open', { headers: { authorization: 'Basic eDp5' } });
    expect(((await response.json()) as Record<string, string>)['authorization']).toBe('Basic eDp5');
  });

  it('keeps what a request is made of', async () => {
    const { client, wire } = await signedIn(app);
    const url = `${app.url}/routes/echo`;
    const headers = { 'content-type': 'application/json' };
    const body = '{"a":1}';
    const requests: [Parameters<typeof fetch>[0], RequestInit?][] = [
      [url, { method: 'POST', headers, body }],
      [new URL(url), { method: 'POST', headers: new Headers(headers), body: new TextEncoder().encode(body) }],
      [new Request(url, { method: 'POST', headers, body })],
      [new Request(url, { method: 'PUT', headers: { 'x-other': '1' } }), { method: 'POST', headers, body }],
      [url, { method: 'POST', headers, body: new Blob([body]) }],
    ];
    for (const [input, init] of requests) expect(await (await client.fetch(input, init)).json()).toEqual({ a: 1 });
    expect(wire.sent.every(({ token }) => token !== null)).toBe(true);
  });

  describe('with a token that another client has replaced', () => {
    const replaced = async () => {
      const { client, wire } = await signedIn(app);
      const { fetch } = client;
      // The first request leaves two tokens late.
      let isFirst = true;
      wire.fate = async (_, pass) => {
        if (!isFirst) return await pass();
        isFirst = false;
        for (let round = 0; round < 2; round++) {
          await fetch('/members');
          app.clock.advance('10s');
        }
        return await pass();
      };
      return { client, wire };
    };
    const url = '/routes/echo';
    const headers = { 'content-type': 'application/json' };
    const body = '{"a":1}';
    const stream = () => new Blob([body]).stream();
    const form = new URLSearchParams({ a: '1' });
    const BODIES: [string, () => [RequestInit, object]][] = [
      ['a text', () => [{ method: 'POST', headers, body }, { a: 1 }]],
      ['a blob', () => [{ method: 'POST', headers, body: new Blob([body]) }, { a: 1 }]],
      ['bytes', () => [{ method: 'POST', headers, body: new TextEncoder().encode(body) }, { a: 1 }]],
      ['a form', () => [{ method: 'POST', body: form }, { a: '1' }]],
    ];

    it.each(BODIES)('sends %s again', async (...[, request]) => {
      const { client, wire } = await replaced();
      const [init, answer] = request();
      const response = await client.fetch(url, init);
      expect([response.status, await response.json()]).toEqual([201, answer]);
      expect(wire.sent.filter(({ path }) => path === url).map(({ status }) => status)).toEqual([401, 201]);
    });

    it('sends a Request again', async () => {
      const { client } = await replaced();
      const response = await client.fetch(new Request(app.url + url, { method: 'POST', headers, body }));
      expect([response.status, await response.json()]).toEqual([201, { a: 1 }]);
    });

    it('gives the 401 back where the body is gone, and stays signed in', async () => {
      const { client } = await replaced();
      const init = { method: 'POST', headers, body: stream(), duplex: 'half' } as RequestInit;
      expect((await client.fetch(url, init)).status).toBe(401);
      expect(client.isSignedIn).toBe(true);
      expect((await client.fetch('/members')).status).toBe(200);
    });
  });

  it('waits for a sibling no longer than its caller does', async () => {
    const { client, wire } = await signedIn(app);
    const controller = new AbortController();
    let answer!: () => void;
    const held = new Promise<void>((resolve) => (answer = resolve));
    wire.fate = async ({ path }, pass) => {
      if (path === '/members?sibling') await held;
      return path === '/members' ? new Response(null, { status: 401 }) : await pass();
    };
    const sibling = client.fetch('/members?sibling');
    const refused = client.fetch('/members', { signal: controller.signal });
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(refused).rejects.toThrow('enough');
    answer();
    expect((await sibling).status).toBe(200);
    expect(client.isSignedIn).toBe(true);
  });

  it('sends nothing for a caller who has given up already', async () => {
    const { client, wire } = await signedIn(app);
    await expect(client.fetch('/members', { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(wire.sent).toEqual([]);
  });

  it('signs nobody out whom the server cannot answer', async () => {
    const { client, wire } = await signedIn(app);
    wire.fate = async ({ path }) => new Response(null, { status: path === '/members' ? 401 : 503 });
    expect((await client.fetch('/members')).status).toBe(401);
    await expect(client.validate()).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
    wire.fate = async () => {
      throw new TypeError('fetch failed');
    };
    await expect(client.validate()).rejects.toMatchObject({ name: 'UnreachableError' });
    wire.fate = (_, pass) => pass();
    expect((await client.fetch('/members')).status).toBe(200);
  });

  it('carries a uid outside of Latin-1', async () => {
    const { client } = await signedIn(app);
    await client.updateAccount({ email: `ädá-${Date.now()}@exämple.com` });
    app.clock.advance('10s');
    expect((await client.fetch('/members')).status).toBe(200);
  });

  it('serves other HTTP libraries by its exchanges', async () => {
    const { client } = await signedIn(app);
    expect(await client.begin(otherUrl)).toBe(null);
    const exchange = await client.begin(`${app.url}/members`);
    const response = await fetch(`${app.url}/members`, { headers: exchange?.headers ?? {} });
    expect([response.status, await exchange?.finish(response)]).toEqual([200, 'done']);
    app.clock.advance('10s');
    const next = await client.begin(`${app.url}/members`);
    expect(shown(new Headers(next?.headers))).toBe(response.headers.get('access-token'));
    await next?.finish(null);
  });
});

describe('a client', () => {
  it.each(['/', 'ftp://example.com', 'app://example.com', ''])(
    'cannot have %j as its base outside of a page',
    (baseUrl) => {
      expect(() => createTokenAuthClient({ baseUrl })).toThrow('baseUrl has to be');
    },
  );
});
