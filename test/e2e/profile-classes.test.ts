import 'reflect-metadata';
import { ArrayMaxSize, IsOptional, IsString, ValidateNested } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signUp } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { Home, Member } from '../support/profiles.js';

class Nested {
  @ValidateNested()
  @IsOptional()
  settings?: Home;

  @IsOptional()
  @IsString({ each: true })
  @ArrayMaxSize(2)
  tags?: string[];
}

onEveryDatabase('a class with nested rules', (platform) => {
  it('answers a text for what it refuses inside', async () => {
    const app = await TestApp.start(platform, { auth: { userEntity: Member, signUpDto: Nested } });
    try {
      const given = { email: freshEmail(), password: PASSWORD };
      const nested = await signUp(app, { ...given, settings: { city: 1 } });
      expect([nested.status, nested.body.errors]).toEqual([
        422,
        { settings: ['is invalid'], full_messages: ['Settings is invalid'] },
      ]);
      const list = await signUp(app, { ...given, tags: ['a', 1] });
      expect([list.status, list.body.errors]).toEqual([
        422,
        { tags: ['each value must be a string'], full_messages: ['Tags each value must be a string'] },
      ]);
    } finally {
      await app.close();
    }
  });
});

describe('a class that declares what the module looks after', () => {
  it.each(['uid', 'encrypted_password', 'encryptedPassword', 'auth_epoch', 'confirmed_at', 'id', 'email', 'password'])(
    'stops the start and says why: %s',
    async (property) => {
      class Greedy {}
      IsOptional()(Greedy.prototype, property);
      for (const option of ['signUpDto', 'accountUpdateDto']) {
        const start = TestApp.start({ adapter: 'express', database: 'sqlite' }, { auth: { [option]: Greedy } });
        await expect(start).rejects.toThrow(`${option} must not declare ${property}, which the module looks after`);
      }
    },
  );

  it('stops it too without a property that could be set', async () => {
    const start = TestApp.start({ adapter: 'express', database: 'sqlite' }, { auth: { signUpDto: class {} } });
    await expect(start).rejects.toThrow('signUpDto has no property with a decorator of class-validator');
  });
});
