import { Injectable, Module, type ModuleMetadata } from '@nestjs/common';
import {
  AuthenticateAs,
  TokenAuthModule,
  TokenAuthOptionsError,
  TokenAuthUser,
  type TokenAuthOptions,
  type TokenAuthOptionsFactory,
} from 'nestjs-token-auth';
import { ChildEntity, Entity, TableInheritance } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { User } from '../support/app.js';
import { lifespanOf, savedUser, startModules } from '../support/module-graph.js';
import { Admin } from '../support/realms.js';

const users = () => TokenAuthModule.forRoot({ userEntity: User, tokenLifespan: '2 hours' });
const admins = (options: object = {}) =>
  TokenAuthModule.forFeature({ userEntity: Admin, path: 'admin_auth', tokenLifespan: '1 hour', ...options });

@Injectable()
class Settings {
  readonly lifespan = '1 hour';
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class AuthOptions implements TokenAuthOptionsFactory<Admin> {
  createTokenAuthOptions(): TokenAuthOptions<Admin> {
    return { tokenLifespan: '1 hour' };
  }
}

@Module({ providers: [AuthOptions], exports: [AuthOptions] })
class AuthOptionsModule {}

describe('forFeatureAsync', () => {
  it.each([
    [
      'useFactory',
      {
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async ({ lifespan }: Settings) => ({ tokenLifespan: lifespan }),
      },
    ],
    ['useClass', { useClass: AuthOptions }],
    ['useExisting', { imports: [AuthOptionsModule], useExisting: AuthOptions }],
  ])('takes its options from %s, beside those of the default kind', async (_, options) => {
    const feature = TokenAuthModule.forFeatureAsync({
      userEntity: Admin,
      path: 'admin_auth',
      ...(options as { useClass: typeof AuthOptions }),
    });
    const app = await startModules({ imports: [users(), feature] });
    expect(await lifespanOf(app, await savedUser(app, Admin))).toBeCloseTo(3600, -1);
    expect(await lifespanOf(app, await savedUser(app, User))).toBeCloseTo(7200, -1);
    expect((await fetch(`${await app.getUrl()}/admin_auth/validate_token`)).status).toBe(401);
    expect((await fetch(`${await app.getUrl()}/auth/validate_token`)).status).toBe(401);
  });

  it('fails to start on options that it cannot work with', async () => {
    const feature = TokenAuthModule.forFeatureAsync({
      userEntity: Admin,
      path: 'admin_auth',
      useFactory: () => ({ maxNumberOfDevices: 0 }),
    });
    await expect(startModules({ imports: [users(), feature] })).rejects.toThrow(TokenAuthOptionsError);
  });
});

@Entity()
@TableInheritance({ column: { type: 'varchar', name: 'kind' } })
class Person extends TokenAuthUser {}

@ChildEntity()
class Manager extends Person {}

const another = {
  User: (() => {
    @Entity('other_users')
    class User extends TokenAuthUser {}
    return User;
  })(),
};

describe('a start that cannot work says what to do', () => {
  const WRONG: [string, () => ModuleMetadata['imports'], RegExp][] = [
    [
      'two default kinds',
      () => [users(), TokenAuthModule.forRoot({ userEntity: Admin, path: 'admin_auth' })],
      /registered twice.*once, in the root module.*import TokenAuthModule.forFeature\(\)/,
    ],
    ['one entity as default and feature', () => [users(), admins({ userEntity: User })], /twice for the entity User/],
    ['one entity in two features', () => [users(), admins(), admins({ path: 'more' })], /twice for the entity Admin/],
    [
      'one path',
      () => [users(), admins({ path: '/Auth/' })],
      /serves the users of both User and Admin at '\/auth'. Give one of them another path/,
    ],
    [
      'one path, spelled otherwise',
      () => [
        TokenAuthModule.forRoot({ userEntity: User, path: 'api/auth' }),
        TokenAuthModule.forFeature({ userEntity: Admin, path: '/api//auth' }),
      ],
      /at '\/api\/auth'/,
    ],
    ['the default path twice', () => [users(), TokenAuthModule.forFeature({ userEntity: Admin })], /at '\/auth'/],
    [
      'one name of two entities',
      () => [users(), TokenAuthModule.forFeature({ userEntity: another.User, path: 'other_auth' })],
      /two entities named User.*Rename one/,
    ],
    [
      'one table',
      () => [
        TokenAuthModule.forRoot({ userEntity: Person }),
        TokenAuthModule.forFeature({ userEntity: Manager, path: 'manager_auth' }),
      ],
      /registered for (Person and Manager|Manager and Person), which are kept in one table/,
    ],
    ['no default kind', () => [admins()], /TokenAuthModule.forRoot\(\), which must be there, and global/],
  ];
  it.each(WRONG)('%s', async (_, imports, message) => {
    await expect(startModules({ imports: imports() ?? [] })).rejects.toThrow(message);
  });

  it.each([undefined, 'Admin'])('an entity that is none: %j', (userEntity) => {
    expect(() => TokenAuthModule.forFeature({ userEntity, path: 'x' } as never)).toThrow(/needs userEntity/);
    expect(() => AuthenticateAs(userEntity as never)).toThrow(/needs entity classes/);
  });
});
