import { Inject, Injectable, type InjectionToken, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Session } from '../tokens/token-authenticator.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { Exchange } from './request-context.js';
import { RequestAuthenticator } from './request-authenticator.js';

/** Injection token of the {@link RealmDefinition}. */
export const REALM = Symbol('nestjs-token-auth:realm');

/** One kind of users, with everything that a registration of the module makes for it. */
export interface RealmDefinition {
  readonly userEntity: Type<AnyUser>;
  /** Whether `TokenAuthGuard` means this one where nothing else is said. */
  readonly isDefault: boolean;
  /** Where the endpoints are mounted; null where there are none. */
  readonly path: string | null;
  readonly dataSource: string | undefined;
}

type Module = ModulesContainer extends Map<string, infer M> ? M : never;

/** The realms of the application: finds what one of them is made of, and asks several for one request. */
@Injectable()
export class Realms {
  private readonly found = new Map<Function, Module>();

  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** @internal */
  definitions(): RealmDefinition[] {
    return this.realmModules().map(definitionOf);
  }

  /**
   * A part of the realm of a user entity.
   *
   * @throws Error when no realm has this entity.
   * @internal
   */
  get<T>(userEntity: Function, token: InjectionToken<T>): T {
    const module = this.moduleOf(userEntity);
    if (module !== undefined) return module.getProviderByKey<T>(token).instance;
    throw new Error(
      `No users of the entity ${userEntity.name} can sign in. ` +
        `Import TokenAuthModule.forFeature({ userEntity: ${userEntity.name}, path: '…' }).`,
    );
  }

  /** The entity of the realm that a user belongs to: of its class, else the default one. @internal */
  entityOf(user: object): Function {
    for (let prototype: unknown = Object.getPrototypeOf(user); prototype !== null;) {
      const { constructor } = prototype as object;
      if (this.moduleOf(constructor) !== undefined) return constructor;
      prototype = Object.getPrototypeOf(prototype);
    }
    return this.definitions().find(({ isDefault }) => isDefault)?.userEntity ?? user.constructor;
  }

  /**
   * Who makes this request by the first realm that accepts it, or null.
   *
   * @internal
   */
  async authenticate(exchange: Exchange, authenticators: readonly RequestAuthenticator[]): Promise<Session | null> {
    for (const each of authenticators) {
      const session = await each.authenticate(exchange);
      if (session !== null) return session;
    }
    for (const each of authenticators) await this.clearCookie(exchange, each);
    return null;
  }

  /** Clears a cookie whose client has ended, unless it is one of another realm whose cookie has the same name. */
  private async clearCookie(exchange: Exchange, authenticator: RequestAuthenticator): Promise<void> {
    if (!authenticator.hasDeadCookie(exchange)) return;
    for (const module of this.realmModules()) {
      const other = module.getProviderByKey<RequestAuthenticator>(RequestAuthenticator).instance;
      if (other.cookieName === authenticator.cookieName && (await other.ownsCookie(exchange))) return;
    }
    authenticator.clearCookie(exchange);
  }

  private moduleOf(userEntity: Function): Module | undefined {
    // Modules may be loaded later, but they never go.
    if (!this.found.has(userEntity)) {
      for (const module of this.realmModules()) this.found.set(definitionOf(module).userEntity, module);
    }
    return this.found.get(userEntity);
  }

  private realmModules(): Module[] {
    return [...this.modules.values()].filter((module) => module.hasProvider(REALM));
  }
}

function definitionOf(module: Module): RealmDefinition {
  return module.getProviderByKey<RealmDefinition>(REALM).instance;
}
