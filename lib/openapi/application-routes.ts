import type { INestApplication, Type } from '@nestjs/common';
import { ApplicationConfig, Reflector } from '@nestjs/core';
import { GUARDS } from '../accounts/endpoints.js';
import { ACCESS, RECENT_SIGN_IN, USER_ENTITIES, type Access } from '../request/decorators.js';
import { isSafeMethod } from '../request/cross-site.js';
import { TokenAuthGuard } from '../request/token-auth.guard.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { DescribedRealm } from './described-realm.js';
import { refTo, type Operation, type Response } from './document.js';
import { json } from './endpoint.js';
import type { Handler } from './handlers.js';

/** Whom a route of the application lets pass. */
export interface Guarding {
  readonly access: Exclude<Access, 'public'>;
  /** Whose users; null for those of the default realm. */
  readonly userEntities: readonly Type<AnyUser>[] | null;
  /** Whether only clients that have signed in lately. */
  readonly isRecent: boolean;
}

/** Finds out what guards the routes of an application. */
export class RouteGuards {
  private readonly reflector: Reflector;
  private readonly isGlobal: boolean;

  constructor(app: INestApplication) {
    this.reflector = app.get(Reflector);
    const config = app.get(ApplicationConfig);
    this.isGlobal =
      config.getGlobalGuards().some(isTokenAuthGuard) ||
      config.getGlobalRequestGuards().some(({ metatype }) => isTokenAuthGuard(metatype));
  }

  /** Null for a route that everybody may use. */
  of({ controller, handler }: Handler): Guarding | null {
    const places = [handler, controller] as [Function, Type<object>];
    const guards = this.reflector.getAll<(unknown[] | undefined)[]>(GUARDS, places).flat();
    const isRecent = this.reflector.getAllAndOverride<number | undefined>(RECENT_SIGN_IN, places) !== undefined;
    const declared = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, places) ?? 'guarded';
    const access = isRecent ? 'guarded' : declared;
    if (access === 'public' || !(this.isGlobal || guards.some(isTokenAuthGuard))) return null;
    const userEntities = this.reflector.getAllAndOverride<readonly Type<AnyUser>[] | undefined>(USER_ENTITIES, places);
    return { access, userEntities: userEntities ?? null, isRecent };
  }
}

/** Guards are given as classes or as objects. */
function isTokenAuthGuard(guard: unknown): boolean {
  if (guard instanceof TokenAuthGuard) return true;
  return typeof guard === 'function' && (guard === TokenAuthGuard || guard.prototype instanceof TokenAuthGuard);
}

/** An operation of the application with what its guard adds. What it says itself stays. */
export function guardedOperation(
  operation: Operation,
  method: string,
  { access, isRecent }: Guarding,
  realms: readonly DescribedRealm[],
): Operation {
  const headers = Object.assign({}, ...realms.toReversed().map(({ security }) => security.headersOfResponse)) as object;
  const isCookieAtRisk = !isSafeMethod(method.toUpperCase()) && realms.some(({ config }) => config.cookie !== null);
  const forbidden = [
    ...(isCookieAtRisk ? ['A page of another origin made the request.'] : []),
    ...(isRecent ? ['The client has to sign in once more: `recent_sign_in_required`.'] : []),
  ];
  const responses = Object.fromEntries(
    Object.entries(operation.responses).map(([status, response]) => [
      status,
      response === undefined || '$ref' in response || status.startsWith('5')
        ? response
        : ({ ...response, headers: { ...headers, ...response.headers } } as Response),
    ]),
  );
  return {
    ...operation,
    responses: {
      ...responses,
      ...(access === 'guarded' ? refusal(responses, '401', 'Nobody is signed in.') : {}),
      ...(forbidden.length > 0 ? refusal(responses, '403', forbidden.join(' Or: ')) : {}),
    },
    security: operation.security ?? [
      ...realms.flatMap(({ security }) => security.requirements),
      ...(access === 'optional' ? [{}] : []),
    ],
  };
}

function refusal(responses: object, status: string, description: string): Record<string, Response> {
  if (status in responses) return {};
  return { [status]: { description, content: json(refTo('schemas', 'TokenAuthRefusal')) } };
}
