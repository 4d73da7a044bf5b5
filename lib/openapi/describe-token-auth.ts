import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject, SwaggerDocumentOptions } from '@nestjs/swagger';
import { Realms, type RealmDefinition } from '../request/realms.js';
import { ACCOUNT_ENDPOINTS } from './account-endpoints.js';
import { guardedOperation, RouteGuards } from './application-routes.js';
import { CLIENT_ENDPOINTS } from './client-endpoints.js';
import { DescribedRealm } from './described-realm.js';
import { inVersion, METHODS, type Operation } from './document.js';
import { operationOf, type DescribeEndpoint } from './endpoint.js';
import { handlersOf, type Handler, type Handlers } from './handlers.js';
import { MAIL_ENDPOINTS } from './mail-endpoints.js';
import { PROVIDER_ENDPOINTS } from './provider-endpoints.js';
import { SHARED_COMPONENTS } from './schemas.js';

const ENDPOINTS: Readonly<Record<string, DescribeEndpoint>> = {
  ...ACCOUNT_ENDPOINTS,
  ...MAIL_ENDPOINTS,
  ...CLIENT_ENDPOINTS,
  ...PROVIDER_ENDPOINTS,
};

/**
 * Adds to an OpenAPI document what `@nestjs/swagger` cannot know: what the endpoints of this module take and answer, with the
 * options that they have; how credentials travel; and which routes of the application need them, by `TokenAuthGuard`, also a
 * global one, `@AuthenticateAs()`, `@Public()` and `@OptionalAuth()`. What a route says itself stays. Endpoints that the
 * options have not switched on are taken out.
 *
 * @param app - with its global guards, prefix and versions set, as for `SwaggerModule.createDocument()`.
 * @param document - what that gave; it is not changed.
 * @param options - those that it was given, if any.
 * @throws Nest's own error when the application does not import TokenAuthModule.
 * @example
 * ```ts
 * const document = SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('My API').build());
 * SwaggerModule.setup('docs', app, describeTokenAuth(app, document), tokenAuthSwaggerOptions());
 * ```
 */
export function describeTokenAuth(
  app: INestApplication,
  document: OpenAPIObject,
  options: SwaggerDocumentOptions = {},
): OpenAPIObject {
  const handlers = handlersOf(app, options);
  const realms = describedRealms(app.get(Realms, { strict: false }), handlers);
  const guards = new RouteGuards(app);
  const describe = (operation: Operation, method: string, path: string): Operation | null => {
    const handler = handlers.get(`${method} ${path}`);
    if (handler === undefined) return operation;
    if (handler.realm !== null) return endpointOperation(operation, method, path, handler, realms);
    const guarding = guards.of(handler);
    if (guarding === null) return operation;
    const { userEntities } = guarding;
    const asked = realms.filter(({ definition: { userEntity, isDefault } }) =>
      userEntities === null ? isDefault : userEntities.includes(userEntity),
    );
    return guardedOperation(operation, method, guarding, asked);
  };
  return { ...withParts(document, realms), paths: describedPaths(document, describe) };
}

/** The default realm first. */
function describedRealms(realms: Realms, handlers: Handlers): DescribedRealm[] {
  const definitions = realms.definitions().toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault));
  return definitions.map((definition, index) => {
    const { name } = definition.userEntity;
    const isTaken = definitions.slice(0, index).some(({ userEntity }) => userEntity.name === name);
    return new DescribedRealm(isTaken ? `${name}${index + 1}` : name, definition, realms, baseOf(definition, handlers));
  });
}

/** Where the endpoints of a realm are, with all that comes before. */
function baseOf(definition: RealmDefinition, handlers: Handlers): string | null {
  for (const [operation, handler] of handlers) {
    if (handler.realm === definition) return split(operation.slice(operation.indexOf('/')), handler).base;
  }
  return null;
}

/** The path of an endpoint in two: that of its realm, and its own below it. */
function split(path: string, { handler }: Handler): { base: string; own: string } {
  const segments = path.split('/').filter(Boolean);
  const length = String(Reflect.getMetadata('path', handler)).split('/').filter(Boolean).length;
  const at = segments.length - length;
  return { base: `/${segments.slice(0, at).join('/')}`, own: segments.slice(at).join('/') };
}

/** An endpoint of this module; null where it is not served. */
function endpointOperation(
  operation: Operation,
  method: string,
  path: string,
  handler: Handler,
  realms: readonly DescribedRealm[],
): Operation | null {
  const realm = realms.find(({ definition }) => definition === handler.realm);
  const describe = ENDPOINTS[`${method} ${split(path, handler).own}`];
  if (realm === undefined || describe === undefined) return operation;
  const endpoint = describe(realm);
  return endpoint === null ? null : operationOf(endpoint, realm, method);
}

function describedPaths(
  { openapi, paths }: OpenAPIObject,
  describe: (operation: Operation, method: string, path: string) => Operation | null,
): OpenAPIObject['paths'] {
  const described: OpenAPIObject['paths'] = {};
  for (const [path, item] of Object.entries(paths)) {
    const rest = { ...item };
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const found = describe(operation, method, path);
      if (found === null) delete rest[method];
      else rest[method] = found === operation ? operation : inVersion(openapi, found);
    }
    if (Object.keys(rest).length > 0) described[path] = rest;
  }
  return described;
}

function withParts(document: OpenAPIObject, realms: readonly DescribedRealm[]): OpenAPIObject {
  const { components = {}, openapi, tags = [] } = document;
  const headers = Object.assign({}, ...realms.map(({ security }) => security.headers)) as object;
  const schemes = Object.assign({}, ...realms.map(({ security }) => security.schemes)) as object;
  const schemas = Object.assign({}, SHARED_COMPONENTS.schemas, ...realms.map((realm) => realm.schemas)) as object;
  const named = new Set(tags.map(({ name }) => name));
  const ownTags = realms
    .filter(({ definition, tag }) => definition.path !== null && !named.has(tag))
    .map(({ tag, name }) => ({ name: tag, description: `Accounts and sessions: ${name}` }));
  return {
    ...document,
    tags: [...tags, ...ownTags],
    components: {
      ...components,
      schemas: { ...components.schemas, ...inVersion(openapi, schemas) },
      headers: { ...components.headers, ...headers },
      parameters: { ...components.parameters, ...SHARED_COMPONENTS.parameters },
      securitySchemes: { ...components.securitySchemes, ...schemes },
    },
  };
}
