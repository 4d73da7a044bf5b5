import { getTokenAuthToken, Outbox, TokenAuthEvents, TokenService } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import { newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, onEveryDatabase, TestApp } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { EventRecorder, EVENTS } from '../support/event-recorder.js';
import { ADA, GRACE, HERE, Stage } from '../support/event-stage.js';
import { Gate, HeldController } from '../support/held.js';
import { ask } from '../support/links.js';
import { LogKeeper } from '../support/log-keeper.js';
import { PAGE } from '../support/mailbox.js';
import { Admin, startRealms, twins } from '../support/realms.js';

/** What a listener can do wrong. */
const FAULTS: Record<string, () => unknown> = {
  throws: () => {
    throw new Error('Broken listener');
  },
  'throws what cannot be made a text': () => {
    throw Object.create(null);
  },
  rejects: async () => await Promise.reject(new Error('Broken listener')),
  'never ends': async () => await new Promise(() => {}),
};

onEveryAdapter('a listener', (platform) => {
  let stage: Stage;
  afterEach(() => stage.close());

  it.each(Object.entries(FAULTS))('that %s fails no request, and the others hear of everything', async (_, fail) => {
    stage = await Stage.start(platform);
    const { app } = stage;
    const log = new LogKeeper();
    app.nest.useLogger(log);
    const events = app.nest.get(TokenAuthEvents);
    for (const name of Object.keys(EVENTS) as (keyof typeof EVENTS)[]) events.on(name, fail);
    const later = new EventRecorder(app);

    const heard = await later.during(async () => {
      expect((await stage.signIn('wrong')).status).toBe(401);
      expect(told(await stage.signIn())).toBe('token');
      const own = await stage.client('own');
      expect(told(await own.go('/members'))).toBe('token');
      expect((await own.go('/auth/sign_out', { method: 'DELETE' })).status).toBe(200);
    });
    expect(heard.map(([name]) => name)).toEqual([
      'user.sign_in_failed',
      'user.signed_in',
      'user.signed_in',
      'token.rotated',
      'user.signed_out',
    ]);
    const failures = log.lines.filter((line) => line.includes('A listener of'));
    expect(failures).toHaveLength(fail === FAULTS['never ends'] ? 0 : heard.length);
  });
});

onEveryDatabase('what fails apart from its request', (platform) => {
  let stage: Stage;
  afterEach(() => stage.close());

  it('is told once: a mail', async () => {
    stage = await Stage.start(platform);
    const { app, mailbox, recorder } = stage;
    mailbox.server.refuseNext(1);
    const heard = await recorder.during(async () => {
      await ask(app, 'password', { email: ADA, redirect_url: PAGE });
      // A shutdown leaves it its last attempt.
      await app.nest.get(Outbox).onApplicationShutdown();
    });
    expect(heard).toEqual([
      ['user.password_reset_requested', { user: ADA, origin: HERE }],
      ['mail.failed', { kind: 'resetPassword', error: 'Error' }],
    ]);
  });

  it('is told once: a rotation', async () => {
    stage = await Stage.start(platform, {}, { controllers: [HeldController], providers: [Gate] });
    const { app, recorder } = stage;
    const own = await stage.client('own');
    const heard = await recorder.during(async () => {
      const request = own.peek('/held/rotation');
      await app.nest.get(Gate).holds('rotation');
      await app.dataSource.query('ALTER TABLE user_auth_token RENAME TO away');
      app.nest.get(Gate).open('rotation');
      const answer = await request;
      expect([answer.status, told(answer)]).toEqual([200, 'blank']);
    });
    expect(heard).toEqual([['rotation.failed', { client: 'own', error: 'DatabaseError' }]]);
  });
});

onEveryDatabase('a deletion whose clean-up fails', (platform) => {
  it('is told all the same', async () => {
    const stage = await Stage.start(platform);
    try {
      const { dataSource } = stage.app;
      const own = await ProtocolClient.justSignedIn(stage.app, stage.user);
      const heard = await stage.recorder.during(async () => {
        const { tablePath } = dataSource.getMetadata('UserOneTimeToken');
        await dataSource.query(`ALTER TABLE ${tablePath} RENAME TO away`);
        expect((await own.peek('/auth', { method: 'DELETE' })).status).toBe(503);
      });
      expect(heard.map(([name]) => name)).toEqual(['user.deleted', 'client.ended']);
    } finally {
      await stage.close();
    }
  });
});

onEveryAdapter('listeners of several kinds of users', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  it('hear of their own alone', async () => {
    app = await startRealms(platform);
    const { user, admin } = await twins(app);
    const users = new EventRecorder(app);
    const admins = new EventRecorder(app, app.nest.get(getTokenAuthToken(TokenAuthEvents, Admin)));
    const issue = async () => [
      await app.nest.get(TokenService).issue(user),
      await app.nest.get(getTokenAuthToken(TokenService, Admin)).issue(admin),
    ];
    let ofUsers: unknown[] = [];
    const ofAdmins = await admins.during(async () => {
      ofUsers = await users.during(issue);
    });
    expect([ofUsers.length, ofAdmins.length]).toEqual([1, 1]);
  });
});

onEveryDatabase('an event', (platform) => {
  let stage: Stage;
  afterEach(() => stage.close());

  it('is told once its work can be seen by others', async () => {
    stage = await Stage.start(platform);
    const { app } = stage;
    const seen: unknown[] = [];
    const events = app.nest.get(TokenAuthEvents);
    const look = async (email: string) => seen.push((await signIn(app, { email, password: PASSWORD })).status);
    events.on('user.signed_up', async () => await look(GRACE));
    events.on('user.deleted', async () => await look(GRACE));
    await newAccount(app, GRACE);
    await expect.poll(() => seen).toEqual([200]);
    const { auth } = await signIn(app, { email: GRACE, password: PASSWORD });
    const grace = new ProtocolClient(app, {
      'access-token': auth.accessToken ?? '',
      client: auth.client ?? '',
      uid: auth.uid ?? '',
    });
    expect((await grace.go('/auth', { method: 'DELETE' })).status).toBe(200);
    await expect.poll(() => seen).toEqual([200, 401]);
    expect((await signUp(app, { email: GRACE, password: PASSWORD })).status).toBe(200);
  });
});
