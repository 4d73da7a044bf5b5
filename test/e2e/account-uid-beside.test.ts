import { TokenAuthHooks } from 'nestjs-token-auth';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { credentialsOf, freshEmail, newAccount } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { eventually, send, sendJson, told } from '../support/client.js';
import { Latch } from '../support/latch.js';
import { MembersController } from '../support/members.js';

let gate: Latch;
let isAsked: boolean;

class SlowHooks extends TokenAuthHooks {
  override async beforeUpdate(): Promise<void> {
    isAsked = true;
    await gate.wait();
  }
}

onEveryDatabase('a change of the address while another request rotates', (platform) => {
  let app: TestApp;
  beforeEach(async () => {
    [gate, isAsked] = [new Latch(), false];
    app = await TestApp.start(platform, { auth: { hooks: SlowHooks }, controllers: [MembersController] });
  });
  afterEach(() => app.close());

  it('is answered with the new uid', async () => {
    // Its only client: had another one ended, the row would be looked at again for that.
    const headers = credentialsOf((await newAccount(app)).answer);
    app.clock.advance('10s');
    const address = freshEmail();
    const change = sendJson(`${app.url}/auth`, 'PUT', { email: address }, headers);
    await eventually(() => isAsked);
    expect(told(await send(`${app.url}/members`, { headers }))).toBe('token');
    gate.release();
    const answer = await change;
    expect([answer.status, told(answer), answer.auth.uid]).toEqual([200, 'blank', address]);
  });
});
