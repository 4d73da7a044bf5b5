import { Inject } from '@nestjs/common';
import {
  CurrentUser,
  getTokenAuthToken,
  RequestAuthenticator,
  TokenAuthUser,
  TokenService,
  type Session,
} from 'nestjs-token-auth';

class User extends TokenAuthUser {
  name!: string;
}

class Admin extends TokenAuthUser<string> {
  level!: number;
}

class SuperAdmin extends Admin {
  reach!: number;
}

/** What compiles, and what must not. Nothing here runs. */
export class Handlers {
  constructor(
    @Inject(getTokenAuthToken(TokenService, Admin)) private readonly tokens: TokenService<Admin>,
    @Inject(getTokenAuthToken(RequestAuthenticator, Admin)) private readonly requests: RequestAuthenticator<Admin>,
  ) {}

  anything(@CurrentUser() _user: User, @CurrentUser() _other: Admin, @CurrentUser('email') _email: string | null) {}

  admin(@CurrentUser(Admin) _admin: Admin) {}
  adminOrNull(@CurrentUser(Admin) _admin: Admin | null) {}
  adminIfAny(@CurrentUser(Admin) _admin?: Admin) {}
  either(@CurrentUser(Admin) _user: User | Admin) {}
  wider(@CurrentUser(SuperAdmin) _admin: Admin | null) {}
  unknown(@CurrentUser(Admin) _admin: unknown) {}
  second(_first: string, @CurrentUser(Admin) _admin: Admin | null) {}
  both(@CurrentUser(User) _user: User | null, @CurrentUser(Admin) _admin: Admin | null) {}
  static async ofClass(@CurrentUser(Admin) _admin: Admin) {}
  generic<T extends object>(_body: T, @CurrentUser(Admin) _admin: Admin) {}
  some(@CurrentUser(Admin) { level }: Pick<Admin, 'level'>) {
    return level;
  }

  // @ts-expect-error: a text cannot hold an admin
  text(@CurrentUser(Admin) _admin: string) {}
  // @ts-expect-error: nor can another entity
  other(@CurrentUser(Admin) _admin: User | null) {}
  // @ts-expect-error: not every admin is one of these
  narrower(@CurrentUser(Admin) _admin: SuperAdmin) {}
  // @ts-expect-error: it is the decorated parameter that counts
  shifted(@CurrentUser(Admin) _first: string, _admin: Admin) {}
  // @ts-expect-error: no entity of users
  noEntity(@CurrentUser(Date) _date: Date) {}

  async services(user: User, admin: Admin): Promise<Session<Admin> | null> {
    await this.tokens.issue(admin);
    // @ts-expect-error: the tokens are those of admins
    await this.tokens.issue(user);
    return await this.requests.authenticateHandshake({}, { headers: {} });
  }
}
