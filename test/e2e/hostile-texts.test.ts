import { IsIn, IsOptional } from 'class-validator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signUp } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';

/** Its text begins with what was sent. */
class Choice {
  @IsOptional()
  @IsIn(['Ada'], { message: '$value is nobody here' })
  name?: string;
}

onEveryAdapter('a text of the application that repeats what was sent', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { auth: { signUpDto: Choice } });
  });
  afterAll(() => app.close());

  it.each(['Eve', '\u0001', '\u0001["constructor",{}]', '\u0001["locked",{}]\u0001', '\u0001["bad_credentials",{}]//'])(
    'is no message of the module (%j)',
    async (name) => {
      const { status, body } = await signUp(app, { email: freshEmail(), password: PASSWORD, name });
      expect([status, body.errors.name]).toEqual([422, [`${name} is nobody here`]]);
    },
  );
});
