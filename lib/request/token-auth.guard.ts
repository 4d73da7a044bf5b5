import {
  ForbiddenException,
  HttpStatus,
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { MessageCode } from '../messages/message.js';
import type { Session } from '../tokens/token-authenticator.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { ACCESS, RECENT_SIGN_IN, USER_ENTITIES, type Access } from './decorators.js';
import { perRoute } from './per-route.js';
import { Realms } from './realms.js';
import { RequestAuthenticator } from './request-authenticator.js';
import { exchangeOf, scopesOf } from './request-context.js';

/**
 * Lets a request pass when its token is accepted; `@CurrentUser()` then gives the user. For controllers, routes, resolvers
 * and gateways, or for the whole application by `{ provide: APP_GUARD, useClass: TokenAuthGuard }`.
 *
 * The protected methods are steps to override one by one.
 */
@Injectable()
export class TokenAuthGuard implements CanActivate {
  private readonly routeOf = perRoute((handler, controller) => {
    const targets = [handler, controller as Type];
    return {
      access: this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets) ?? 'guarded',
      recency: this.reflector.getAllAndOverride<number | undefined>(RECENT_SIGN_IN, targets) ?? null,
      entities: this.reflector.getAllAndOverride<readonly Type<AnyUser>[] | undefined>(USER_ENTITIES, targets),
    };
  });

  constructor(
    @Inject(RequestAuthenticator) protected readonly requests: RequestAuthenticator,
    @Inject(Reflector) protected readonly reflector: Reflector,
    @Inject(Realms) protected readonly realms: Realms,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const recency = this.recencyOf(context);
    const access = recency === null ? this.accessOf(context) : 'guarded';
    if (access === 'public') return true;
    const session = await this.authenticate(context);
    if (session !== null && recency !== null && !this.requests.isRecent(session, recency)) {
      throw await this.recencyRefusal(context);
    }
    // What an overriding step decides is what the decorators and the departure go by.
    const exchange = exchangeOf(context);
    if (exchange !== null) {
      exchange.state.decide(scopesOf(context)[0], this.authenticatorsFor(context), session);
      if (session !== null) exchange.request.user ??= session.user;
    }
    if (session !== null || access === 'optional') return true;
    throw await this.refusal(context);
  }

  /** Whether the route wants a user, by `@Public()` and `@OptionalAuth()`. */
  protected accessOf(context: ExecutionContext): Access {
    return this.routeOf(context).access;
  }

  /** How long ago the sign-in may be, in ms, by `@RecentSignIn()`; null where that does not matter. */
  protected recencyOf(context: ExecutionContext): number | null {
    return this.routeOf(context).recency;
  }

  /** Who may accept the request, in this order: those of `@AuthenticateAs()`, else the guard's own one. */
  protected authenticatorsFor(context: ExecutionContext): readonly RequestAuthenticator[] {
    return (
      this.routeOf(context).entities?.map((entity) => this.realms.get(entity, RequestAuthenticator)) ?? [this.requests]
    );
  }

  /** Who makes the request, or null. */
  protected async authenticate(context: ExecutionContext): Promise<Session | null> {
    const exchange = exchangeOf(context);
    return exchange === null ? null : await this.realms.authenticate(exchange, this.authenticatorsFor(context));
  }

  /** What a request without a user is answered. */
  protected async refusal(context: ExecutionContext): Promise<Error> {
    const message = this.textFor('unauthenticated', context);
    const type = context.getType<'http' | 'graphql' | 'ws'>();
    // Apollo's driver makes UNAUTHENTICATED of an exception with Nest's own body, and an internal error of any other.
    if (type === 'graphql') return new UnauthorizedException(message);
    if (type !== 'ws') return new UnauthorizedException({ errors: [message], code: 'unauthenticated' });
    return await socketRefusal(message);
  }

  /** What a request is answered whose client has not signed in lately. */
  protected async recencyRefusal(context: ExecutionContext): Promise<Error> {
    const code = 'recent_sign_in_required';
    const message = this.textFor(code, context);
    const type = context.getType<'http' | 'graphql' | 'ws'>();
    if (type === 'ws') return await socketRefusal({ status: 'error', message, code });
    // Apollo's driver passes a body on that looks like Nest's own.
    if (type === 'graphql') return new ForbiddenException({ statusCode: HttpStatus.FORBIDDEN, message, code });
    return new ForbiddenException({ errors: [message], code });
  }

  /** A text in the language of the request. */
  private textFor(code: MessageCode, context: ExecutionContext): string {
    const [first = this.requests] = this.authenticatorsFor(context);
    return first.say(code, exchangeOf(context));
  }
}

/** Only applications with gateways have the package. */
async function socketRefusal(error: string | object): Promise<Error> {
  const { WsException } = await import('@nestjs/websockets');
  return new WsException(error);
}
