import { Controller, Get, UseGuards, type Type } from '@nestjs/common';
import {
  AuthenticateAs,
  CurrentClient,
  CurrentUser,
  TokenAuthGuard,
  TokenAuthModule,
  TokenAuthUser,
  tokenEntityFor,
  type AnyUser,
  type AuthClient,
  type AuthToken,
  type TokenAuthModuleOptions,
} from 'nestjs-token-auth';
import { Column, Entity } from 'typeorm';
import { TestApp, User, type AppOptions, type Platform } from './app.js';
import { ProtocolClient, told, type Told } from './client.js';
import { fateOf, type RowFate } from './visits.js';

/** The other kind of users: a table of its own, whose keys and addresses may be those of users too. */
@Entity()
export class Admin extends TokenAuthUser {
  @Column({ type: 'varchar', default: '' })
  name!: string;
}

/** Routes for users, for admins, and for both in either order. Each tells who asks. */
@Controller()
export class RealmController {
  @Get('users')
  @UseGuards(TokenAuthGuard)
  users(@CurrentUser() user: AnyUser) {
    return who(user);
  }

  @Get('admins')
  @AuthenticateAs(Admin)
  admins(@CurrentUser() user: AnyUser, @CurrentClient() client: AuthClient) {
    return { ...who(user), client: client.id };
  }

  @Get('users-or-admins')
  @AuthenticateAs(User, Admin)
  usersOrAdmins(@CurrentUser() user: AnyUser) {
    return who(user);
  }

  @Get('admins-or-users')
  @AuthenticateAs(Admin, User)
  adminsOrUsers(@CurrentUser() user: AnyUser) {
    return who(user);
  }
}

export function who(user: AnyUser) {
  return { kind: user.constructor.name, id: user.id };
}

/** An application with both kinds of users, and the routes above. */
export async function startRealms(
  platform: Platform,
  { admin = {}, ...options }: AppOptions & { admin?: Partial<TokenAuthModuleOptions> } = {},
): Promise<TestApp> {
  const realm = TokenAuthModule.forFeature({ userEntity: Admin, path: 'admin_auth', passwordCost: 4, ...admin });
  return await TestApp.start(platform, {
    ...options,
    imports: [realm, ...(options.imports ?? [])],
    controllers: [RealmController, ...(options.controllers ?? [])],
  });
}

/** A user and an admin whose key and address are equal. */
export async function twins(app: TestApp): Promise<{ user: User; admin: Admin }> {
  const user: User = await app.user();
  const { id, uid, email } = user;
  const admins = app.dataSource.getRepository(Admin);
  return { user, admin: await admins.save(admins.create({ id, uid, email, provider: 'email' })) };
}

/** Both, signed in; the batches that their sign-ins opened have closed. */
export async function signedInTwins(app: TestApp) {
  const both = await twins(app);
  return {
    ...both,
    userClient: await ProtocolClient.signedIn(app, both.user),
    adminClient: await ProtocolClient.signedIn(app, both.admin),
  };
}

/** The row of a client by its name, among those of one kind of users. */
export async function rowAmong(
  app: TestApp,
  userEntity: Type<AnyUser>,
  client: ProtocolClient,
): Promise<AuthToken | null> {
  const { client: name = '' } = client.headers;
  return await app.dataSource.getRepository(tokenEntityFor(userEntity)).findOneBy({ client: name });
}

/** Sends a request and tells what it did: status, what the headers tell, what became of the row. */
export async function outcomeAmong(
  app: TestApp,
  userEntity: Type<AnyUser>,
  client: ProtocolClient,
  path: string,
  init: RequestInit = {},
): Promise<[number, Told, RowFate]> {
  const before = await rowAmong(app, userEntity, client);
  const answer = await client.go(path, init);
  return [answer.status, told(answer), fateOf(before, await rowAmong(app, userEntity, client))];
}
