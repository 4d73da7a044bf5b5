import '@angular/compiler';
import {
  HttpClient,
  provideHttpClient,
  withFetch,
  withInterceptors,
  type HttpInterceptorFn,
} from '@angular/common/http';
import {
  createEnvironmentInjector,
  Injector,
  provideZonelessChangeDetection,
  ɵINJECTOR_SCOPE as SCOPE,
  type EnvironmentInjector,
} from '@angular/core';
import { tokenAuthInterceptor } from 'nestjs-token-auth/client/angular';
import { concatMap, firstValueFrom, from } from 'rxjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { signedIn, type Signed } from '../support/client-app.js';
import { settled } from '../support/latch.js';
import { LoginService } from '../support/login-service.js';
import { PeopleController } from '../support/people.js';

onEveryAdapter('the interceptor for Angular', (platform) => {
  let app: TestApp;
  let signed: Signed;
  let http: HttpClient;
  let injector: EnvironmentInjector;
  /** Holds back what goes out after the interceptor. */
  let holding: Promise<void> | null;
  let sent: number;

  beforeEach(async () => {
    app = await TestApp.start(platform, { controllers: [PeopleController] });
    signed = await signedIn(app);
    holding = null;
    sent = 0;
    const last: HttpInterceptorFn = (request, next) => {
      sent++;
      return from(holding ?? Promise.resolve()).pipe(concatMap(() => next(request)));
    };
    injector = createEnvironmentInjector(
      [
        { provide: SCOPE, useValue: 'root' },
        provideZonelessChangeDetection(),
        provideHttpClient(withFetch(), withInterceptors([tokenAuthInterceptor(signed.client), last])),
      ],
      Injector.NULL as EnvironmentInjector,
    );
    http = injector.get(HttpClient);
  });
  afterEach(async () => {
    injector.destroy();
    app.nest.getHttpServer().closeAllConnections();
    await app.close();
  });

  const get = async (path: string) => await firstValueFrom(http.get(app.url + path));

  it('follows the token, one request at a time or many', async () => {
    let tokens = 0;
    signed.client.onChange(({ kind }) => void (tokens += Number(kind === 'token')));
    for (const size of [1, 1, 10, 1]) {
      const answers = await Promise.all(Array.from({ length: size }, async () => await get('/people')));
      expect(answers).toEqual(Array(size).fill({ email: signed.email }));
      app.clock.advance('10s');
    }
    expect(tokens).toBe(4);
    expect(await signed.client.validate()).toMatchObject({ email: signed.email });
  });

  it('sends a request again whose token was replaced on the way', async () => {
    let release = () => {};
    holding = new Promise<void>((resolve) => (release = resolve));
    const late = firstValueFrom(http.post(`${app.url}/people`, { name: 'ada' }));
    await settled();
    expect(sent).toBe(1);
    holding = null;
    for (let rotation = 0; rotation < 2; rotation++) {
      await get('/people');
      app.clock.advance('10s');
    }
    release();
    expect(await late).toEqual({ email: signed.email, body: { name: 'ada' } });
    expect(sent).toBe(4);
  });

  it('fails as Angular does where the session has ended, and knows that it has', async () => {
    await signed.client.fetch(`${app.url}/auth/sign_out`, { method: 'DELETE' });
    await expect(get('/people')).rejects.toMatchObject({ name: 'HttpErrorResponse', status: 401 });
    expect(signed.client.isSignedIn).toBe(false);
  });

  it('outlives requests that nobody waits for any more', async () => {
    http.get(`${app.url}/people`).subscribe().unsubscribe();
    const later = http.get(`${app.url}/people`).subscribe();
    await settled();
    later.unsubscribe();
    app.clock.advance('10s');
    expect(await get('/people')).toEqual({ email: signed.email });
  });

  it('shows the token to the API alone', async () => {
    const elsewhere = await LoginService.start();
    await expect(firstValueFrom(http.get(`${elsewhere.url}/people`))).rejects.toMatchObject({ status: 401 });
    PeopleController.away = `${elsewhere.url}/people`;
    await expect(get('/people/away')).rejects.toMatchObject({ status: 401 });
    expect(elsewhere.visits.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    expect(await get('/people')).toEqual({ email: signed.email });
    await elsewhere.close();
  });

  it('leaves an authorization of the caller as it is', async () => {
    const own = http.get(`${app.url}/people`, { headers: { authorization: 'Basic abc' } });
    await expect(firstValueFrom(own)).rejects.toMatchObject({ status: 401 });
    expect(signed.client.isSignedIn).toBe(true);
  });
});
