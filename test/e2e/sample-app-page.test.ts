import { describe, expect, it } from 'vitest';
import { ADAPTERS } from '../support/app.js';
import { credentialsOf } from '../support/accounts.js';
import { ProtocolClient, send, sendJson, told } from '../support/client.js';
import { SampleApps } from '../support/sample-app.js';

const ADA = { email: 'ada@example.com', password: 'correct horse' };

const apps = new SampleApps();

describe.each(ADAPTERS)('the page of the sample application on %s', (HTTP_ADAPTER) => {
  it('is served by a strict policy, is asked for anew each time, and leads nowhere else', async () => {
    const { url } = await apps.start({ HTTP_ADAPTER });
    const page = await send(`${url}/?from=somewhere`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self' 'sha256-");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|data:/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');

    const script = await send(`${url}/page/client/index.js`);
    expect([script.status, script.headers.get('content-type'), script.headers.get('cache-control')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'no-cache',
    ]);
    const etag = script.headers.get('etag') ?? '';
    const again = await send(`${url}/page/client/index.js`, { headers: { 'if-none-match': etag } });
    expect([again.status, again.body]).toEqual([304, '']);
    const elsewhere = ['/page/', '/page/index.html', '/page/..%2f..%2fpackage.json', '/page/client/index.d.ts'];
    for (const path of elsewhere) expect([path, (await send(url + path)).status]).toEqual([path, 404]);
    expect((await send(url, { method: 'POST' })).status).toBe(404);
  });

  it('changes options for itself alone, to values that make sense, without losing anybody', async () => {
    const { url } = await apps.start({ HTTP_ADAPTER, DATABASE_URL: 'sqlite::memory:' });
    const ada = new ProtocolClient({ url }, credentialsOf(await sendJson(`${url}/auth`, 'POST', ADA)));
    const change = async (body: unknown, origin = url) =>
      await sendJson(`${url}/demo/options`, 'PUT', body as object, { origin });

    for (const origin of ['https://evil.example.com', 'null', url.replace('127.0.0.1', 'evil.example.com')]) {
      expect([origin, (await change({ batchResponse: 'repeat' }, origin)).status]).toEqual([origin, 403]);
    }
    expect((await sendJson(`${url}/demo/options`, 'PUT', {})).status).toBe(403);
    const faulty = [
      { batchResponse: 'none' },
      { tokenPepper: 'x' },
      { __proto__x: 1 },
      [],
      { lostResponse: ['strict'] },
    ];
    for (const body of [...faulty, { batchRequestBufferThrottle: '5s' }, { batchRequestBufferThrottle: -1 }]) {
      expect([body, (await change(body)).status]).toEqual([body, 422]);
    }

    const slow = ada.peek('/demo/slow?ms=700');
    expect(told(await ada.peek('/demo/members_only'))).toBe('blank');
    expect((await change({ batchResponse: 'repeat' })).status).toBe(200);
    expect(told(await ada.peek('/demo/members_only'))).toBe('token');
    expect((await slow).status).toBe(200);
    expect((await send(`${url}/demo/setup`)).body.data.options).toEqual({
      batchResponse: 'repeat',
      lostResponse: 'strict',
      batchRequestBufferThrottle: 5000,
    });
  });

  it('changes no options in production, where it shows no mails either', async () => {
    const { url } = await apps.start({ HTTP_ADAPTER, NODE_ENV: 'production' });
    expect((await send(url)).status).toBe(200);
    expect((await sendJson(`${url}/demo/options`, 'PUT', {}, { origin: url })).status).toBe(404);
    expect((await send(`${url}/demo/setup`)).body.data).toMatchObject({
      changeable: false,
      inbox: false,
      mails: false,
    });
  });
});
