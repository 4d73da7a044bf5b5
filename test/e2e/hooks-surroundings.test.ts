import { TokenAuthHooks, TokenAuthModule, Veto, type SignUpAttempt } from 'nestjs-token-auth';
import { DataSource } from 'typeorm';
import { afterEach, expect, it } from 'vitest';
import { PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, onEveryDatabase, onEveryServer, TestApp, User } from '../support/app.js';
import { sendJson, told } from '../support/client.js';
import { createDatabase } from '../support/databases.js';
import { ADA, GRACE, Stage } from '../support/event-stage.js';
import { AskedHooks, Notebook, NotebookModule } from '../support/hook-notebook.js';
import { Latch } from '../support/latch.js';
import { locksOf } from '../support/locks.js';
import { PAGE } from '../support/mailbox.js';
import { Admin } from '../support/realms.js';
import { WorkLog } from '../support/work.js';

class AdminHooks extends TokenAuthHooks<Admin> {
  override beforeSignUp(): void {
    throw new Veto('Admins are made by admins.');
  }
}

onEveryAdapter('a hook', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  it('sees a new account as it will be saved, and may change it', async () => {
    app = await TestApp.start(platform, { auth: { hooks: AskedHooks }, imports: [NotebookModule] });
    app.nest.get(Notebook).answer = (hook, { user }: SignUpAttempt<User>) => {
      if (hook !== 'beforeSignUp') return;
      expect([user.email, user.uid, user.id, user.encryptedPassword ?? null]).toEqual([ADA, ADA, undefined, null]);
      user.name = 'Ada';
    };
    const answer = await signUp(app, { email: ADA, password: PASSWORD });
    expect([answer.status, answer.body.data.name]).toEqual([200, 'Ada']);
    expect(await app.dataSource.getRepository(User).findOneByOrFail({ email: ADA })).toMatchObject({ name: 'Ada' });
    expect((await signIn(app, { email: ADA, password: PASSWORD })).status).toBe(200);
  });

  it('is asked about its own kind of users, also where options come from elsewhere', async () => {
    const shape = { userEntity: Admin, path: 'admin_auth', hooks: AdminHooks };
    const admins = TokenAuthModule.forFeatureAsync({ ...shape, useFactory: () => ({ passwordCost: 4 }) });
    app = await TestApp.start(platform, { auth: { hooks: AskedHooks }, imports: [admins, NotebookModule] });
    const account = { email: ADA, password: PASSWORD };
    expect((await sendJson(`${app.url}/admin_auth`, 'POST', account)).status).toBe(422);
    expect(app.nest.get(Notebook).asked).toEqual([]);
    expect((await sendJson(`${app.url}/auth`, 'POST', account)).status).toBe(200);
    expect(app.nest.get(Notebook).asked.map(([hook]) => hook)).toEqual(['beforeSignUp']);
  });
});

// An embedded database does its work within the same process: there is nothing that anybody could measure.
onEveryServer('where nobody may learn who has an account, a hook', (platform) => {
  it('is asked alike about free and taken addresses, which take the same work', async () => {
    const worked = new WorkLog();
    const auth = { hooks: AskedHooks, confirmable: true };
    const stage = await Stage.start(platform, auth, { imports: [NotebookModule], configure: worked.configure });
    try {
      const { app } = stage;
      const notebook = app.nest.get(Notebook);
      const join = async (email: string) => {
        notebook.asked.length = 0;
        const account = { email, password: PASSWORD, confirm_success_url: PAGE };
        const { work, answer } = await worked.of(app, () => signUp(app, account));
        const [question, ...others] = notebook.asked;
        expect([question?.[0], question?.[1].user.email, others]).toEqual(['beforeSignUp', email, []]);
        // A commit and a rollback cost the same.
        const done = work.map((word) => (word === 'ROLLBACK' ? 'COMMIT' : word));
        return [answer.status, answer.body.errors, done];
      };
      // The first request opens connections.
      await join('carol@example.com');
      const taken = await join(ADA);
      expect(taken).toEqual(await join(GRACE));
      notebook.answer = () => {
        throw new Veto('Closed today.');
      };
      const refused = await join(ADA);
      expect(refused).toEqual(await join('dora@example.com'));
      expect(refused[0]).toBe(422);
    } finally {
      await stage.close();
    }
  });
});

onEveryDatabase('while a hook takes its time', (platform) => {
  const ways: Record<string, (stage: Stage) => Promise<unknown>> = {
    'a sign-in': (stage) => stage.signIn(),
    'a sign-up': ({ app }) => signUp(app, { email: GRACE, password: PASSWORD }),
    'a change': async (stage) => {
      const own = await stage.client('own');
      return await sendJson(`${stage.app.url}/auth`, 'PUT', { name: 'Ada' }, own.headers);
    },
  };

  it.each(Object.entries(ways))('%s has nothing open in the database', async (_, act) => {
    const database = await createDatabase(platform.database);
    const stage = await Stage.start(
      platform,
      { hooks: AskedHooks, lockable: true },
      { database, dataSource: { synchronize: true }, imports: [NotebookModule] },
    );
    const observer = await new DataSource(database.options).initialize();
    const latch = new Latch();
    try {
      stage.app.nest.get(Notebook).answer = () => latch.wait();
      const answer = act(stage);
      await latch.reached;
      expect(await locksOf(platform, stage.app, observer)).toEqual([]);
      latch.release();
      expect(told((await answer) as never)).toBe('token');
    } finally {
      latch.release();
      await stage.close();
      await observer.destroy();
      await database.drop();
    }
  });
});
