import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { sendJson } from '../support/client.js';

const PASSWORD = 'correct horse';

onEveryDatabase('sign-ups at the same time', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform);
  });
  afterAll(() => app.close());

  it('take an address once, and undo nobody else', async () => {
    for (let round = 0; round < 3; round++) {
      const names = ['twin', 'ada', 'twin', 'eve', 'twin', 'bob'].map((name) => `${name}${round}@example.com`);
      const answers = await Promise.all(
        names.map((email) => sendJson(`${app.url}/auth`, 'POST', { email, password: PASSWORD })),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(4);
      expect(statuses.filter((status) => status === 422)).toHaveLength(2);
      const signIns = await Promise.all(
        [...new Set(names)].map((email) => sendJson(`${app.url}/auth/sign_in`, 'POST', { email, password: PASSWORD })),
      );
      expect(signIns.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    }
  });
});
