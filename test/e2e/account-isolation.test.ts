import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { credentialsOf, freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryServer, TestApp, User } from '../support/app.js';
import { sendJson, type Answer } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { makeDefault, setPerConnection, strictLevels } from '../support/isolation.js';
import { Mailbox, PAGE } from '../support/mailbox.js';

const ROUNDS = 5;

onEveryServer('accounts at an isolation level above the default', (platform) => {
  describe.for(strictLevels(platform.database))('%s', (level) => {
    let mailbox: Mailbox;
    let database: TestDatabase;
    let app: TestApp;
    beforeAll(async () => {
      mailbox = await Mailbox.open();
    });
    beforeEach(async () => {
      database = await createDatabase(platform.database);
      if (platform.database === 'postgres') await makeDefault(database, level);
      const auth = { ...mailbox.options, defaultPasswordResetUrl: PAGE, lockable: true, throttleSignIn: false };
      app = await TestApp.start(platform, { auth, database, dataSource: { synchronize: true } });
      if (platform.database === 'mysql') await setPerConnection(app.dataSource, level);
    });
    afterEach(async () => {
      await app.close();
      await database.drop();
    });
    afterAll(() => mailbox.close());

    const put = async (body: object, headers: Record<string, string> = {}) =>
      await sendJson(`${app.url}/auth/password`, 'PUT', body, headers);

    const statusesOf = (answers: Answer[]) => answers.map(({ status }) => status).toSorted((a, b) => a - b);

    it('one of two resets with one token wins', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { email } = await newAccount(app);
        await sendJson(`${app.url}/auth/password`, 'POST', { email });
        const reset_password_token = (await mailbox.linkTo(app, email)).searchParams.get('reset_password_token');
        const uses = ['password 0', 'password 1'].map((password) =>
          put({ reset_password_token, password, password_confirmation: password }),
        );
        expect(statusesOf(await Promise.all(uses))).toEqual([200, 401]);
      }
    });

    it('one of two password changes wins', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { email, answer } = await newAccount(app);
        const clients = [answer, await signIn(app, { email, password: PASSWORD })].map(credentialsOf);
        const changes = clients.map((headers) =>
          put({ password: 'new password', password_confirmation: 'new password' }, headers),
        );
        expect(statusesOf(await Promise.all(changes))).toEqual([200, 401]);
      }
    });

    it('one of many sign-ups with one address wins', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const email = freshEmail();
        const signUps = Array.from({ length: 4 }, () => signUp(app, { email, password: PASSWORD }));
        expect(statusesOf(await Promise.all(signUps))).toEqual([200, 422, 422, 422]);
      }
    });

    it('no wrong password is refused uncounted', async () => {
      const { email } = await newAccount(app);
      const answers = await Promise.all(Array.from({ length: 16 }, () => signIn(app, { email, password: 'wrong' })));
      const { failedAttempts } = await app.dataSource
        .getRepository(User)
        .findOneOrFail({ where: { email }, select: { failedAttempts: true } });
      const refused = answers.filter(({ status }) => status === 401);
      // So many at once on one row may lose their races too often; those were not looked at.
      expect(answers.filter(({ status }) => status !== 401 && status !== 503)).toEqual([]);
      expect(refused.length).toBeGreaterThan(0);
      expect(failedAttempts).toBeGreaterThanOrEqual(refused.length);
    });
  });
});
