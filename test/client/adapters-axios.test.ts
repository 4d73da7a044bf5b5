import axios, { getAdapter, type AxiosInstance } from 'axios';
import { attachTokenAuth } from 'nestjs-token-auth/client/axios';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { signedIn, type Signed } from '../support/client-app.js';
import { Latch } from '../support/latch.js';
import { LoginService } from '../support/login-service.js';
import { PeopleController } from '../support/people.js';

onEveryAdapter('the adapter for axios', (platform) => {
  let app: TestApp;
  let signed: Signed;
  let http: AxiosInstance;
  let detach: () => void;

  beforeEach(async () => {
    app = await TestApp.start(platform, { controllers: [PeopleController] });
    signed = await signedIn(app);
    http = axios.create({ baseURL: app.url });
    detach = attachTokenAuth(signed.client, http);
  });
  afterEach(async () => await app.close());

  it('follows the token, one request at a time or many', async () => {
    let tokens = 0;
    signed.client.onChange(({ kind }) => void (tokens += Number(kind === 'token')));
    for (const size of [1, 1, 10, 1]) {
      const answers = await Promise.all(Array.from({ length: size }, async () => await http.get('/people')));
      expect(answers.map(({ data }) => data)).toEqual(Array(size).fill({ email: signed.email }));
      app.clock.advance('10s');
    }
    expect(tokens).toBe(4);
    expect(await signed.client.validate()).toMatchObject({ email: signed.email });
  });

  it('sends a request again whose token was replaced on the way', async () => {
    const latch = new Latch();
    let sent = 0;
    const late = http.post(
      '/people',
      { name: 'ada' },
      {
        adapter: async (config) => {
          if (++sent === 1) await latch.wait();
          return await getAdapter('http')(config);
        },
      },
    );
    await latch.reached;
    for (let rotation = 0; rotation < 2; rotation++) {
      await http.get('/people');
      app.clock.advance('10s');
    }
    latch.release();
    expect((await late).data).toEqual({ email: signed.email, body: { name: 'ada' } });
    expect(sent).toBe(2);
  });

  it('fails as axios does where the session has ended, and knows that it has', async () => {
    await signed.client.fetch(`${app.url}/auth/sign_out`, { method: 'DELETE' });
    await expect(http.get('/people')).rejects.toMatchObject({ name: 'AxiosError', response: { status: 401 } });
    expect(signed.client.isSignedIn).toBe(false);
  });

  it('outlives requests that are aborted', async () => {
    const controller = new AbortController();
    const aborted = http.get('/people', { signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'CanceledError' });
    app.clock.advance('10s');
    expect((await http.get('/people')).status).toBe(200);
  });

  it('shows the token to the API alone', async () => {
    const elsewhere = await LoginService.start();
    const answerAll = { validateStatus: () => true };
    await http.get(`${elsewhere.url}/people`, answerAll);
    PeopleController.away = `${elsewhere.url}/people`;
    expect((await http.get('/people/away', answerAll)).status).toBe(401);
    // Its own follower of redirects lets a subdomain have it.
    const { port } = new URL(app.url);
    const local = axios.create({ baseURL: `http://localhost:${port}` });
    const { wire } = signed;
    attachTokenAuth({ begin: async () => await signed.client.begin(app.url) }, local);
    PeopleController.away = `http://sub.localhost:${port}/people`;
    const lookup = (_: string, __: object, done: (error: null, address: string, family: 4) => void) =>
      done(null, '127.0.0.1', 4);
    expect((await local.get('/people/away', { ...answerAll, lookup: lookup as never })).status).toBe(401);
    expect(elsewhere.visits.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    expect(wire.paths.filter((path) => path.startsWith('/auth/sign'))).toEqual([]);
    expect((await http.get('/people')).status).toBe(200);
    await elsewhere.close();
  });

  it('leaves an authorization of the caller as it is, and all once it is taken off', async () => {
    const answerAll = { validateStatus: () => true };
    const own = await http.get('/people', { ...answerAll, headers: { authorization: 'Basic abc' } });
    expect(own.status).toBe(401);
    detach();
    expect((await http.get('/people', answerAll)).status).toBe(401);
    expect(signed.client.isSignedIn).toBe(true);
  });
});
