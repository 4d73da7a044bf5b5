import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject, type SwaggerDocumentOptions } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describeTokenAuth } from 'nestjs-token-auth/openapi';
import { expect } from 'vitest';
import { send, type Answer } from './client.js';
import type { TestApp } from './app.js';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'options', 'head'] as const;

/** The document of an application, as its documentation page would show it. */
export function documentOf(
  app: TestApp,
  { openapi = '3.0.0', ...options }: SwaggerDocumentOptions & { openapi?: string } = {},
): OpenAPIObject {
  const config = new DocumentBuilder().setOpenAPIVersion(openapi).build();
  const document = SwaggerModule.createDocument(app.nest, config, options);
  // As it travels.
  return JSON.parse(JSON.stringify(describeTokenAuth(app.nest, document, options))) as OpenAPIObject;
}

/** Checks a document against the specification; operations must have names that are unique. */
export async function expectValid(document: OpenAPIObject): Promise<void> {
  const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
  expect({ valid, errors }).toEqual({ valid: true });
  const ids = operations(document).map(({ operation }) => operation.operationId);
  expect(ids).toEqual([...new Set(ids)]);
}

/** All operations of a document, such as `get /auth/sign_in`. */
export function operations(document: OpenAPIObject) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ name: `${method} ${path}`, operation }];
    }),
  );
}

export function operationAt(document: OpenAPIObject, name: string): any {
  const found = operations(document).find((each) => each.name === name);
  if (found === undefined) throw new Error(`The document does not have ${name}`);
  return found.operation;
}

/** Checks that an answer is one that the document describes: its status, its body to the last key, and its headers. */
export function expectDescribed(document: OpenAPIObject, name: string, answer: Answer): void {
  const response = operationAt(document, name).responses[answer.status];
  expect({ name, status: answer.status, isDescribed: response !== undefined }).toMatchObject({ isDescribed: true });
  const [type] = (answer.headers.get('content-type') ?? '').split(';');
  const schema = response.content?.[type ?? '']?.schema;
  // Express writes a few words for those who are not sent on.
  const isRead = answer.body !== '' && !answer.headers.has('location');
  if (isRead) expect([name, answer.status, type, typeof schema]).toEqual([name, answer.status, type, 'object']);
  if (schema !== undefined) expect(faultsOf(document, schema, wholeBody(answer))).toEqual([]);
  const tokenHeaders = ['access-token', 'client', 'uid', 'expiry', 'token-type'];
  const carried = tokenHeaders.filter((header) => answer.headers.has(header));
  const described = Object.keys(response.headers ?? {}).map((header) => header.toLowerCase());
  expect([name, answer.status, described]).toEqual([name, answer.status, expect.arrayContaining(carried)]);
  if (described.includes('location')) expect(answer.headers.get('location')).toBeTruthy();
}

/** With the codes, which `send` takes out of it. */
function wholeBody({ body, code, errorCodes }: Answer): unknown {
  return code === undefined
    ? body
    : { ...body, code, ...(errorCodes === undefined ? {} : { error_codes: errorCodes }) };
}

/** What is wrong with a value by a schema of the document, in which nothing may be that is not described. */
function faultsOf(document: OpenAPIObject, schema: object, value: unknown): unknown[] {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  const whole = { ...closed(schema), components: closed(document.components ?? {}) };
  const validate = ajv.compile(whole);
  return validate(value) ? [] : [value, ...(validate.errors ?? [])];
}

/** The same schemas, in which objects have no other keys than those that are named. */
function closed<T>(part: T): T {
  if (Array.isArray(part)) return part.map(closed) as T;
  if (typeof part !== 'object' || part === null) return part;
  const copy = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value as unknown)]));
  return (
    'properties' in copy && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy
  ) as T;
}

/** Collects what an application serves, from its router itself. */
export class Router {
  private readonly routes = new Set<string>();

  /** To be given to the application before it starts. */
  readonly configure = (nest: INestApplication): void => {
    const instance = nest.getHttpAdapter().getInstance() as Record<string, any>;
    if (typeof instance['addHook'] === 'function') {
      instance['addHook']('onRoute', ({ method, url }: { method: string | string[]; url: string }) => {
        for (const each of [method].flat()) this.add(each, url);
      });
      return;
    }
    for (const method of ['get', 'put', 'post', 'delete', 'patch']) {
      const register = instance[method] as (...parameters: unknown[]) => unknown;
      instance[method] = (path: unknown, ...handlers: unknown[]) => {
        if (typeof path === 'string' && handlers.length > 0) this.add(method, path);
        return register.call(instance, path, ...handlers);
      };
    }
  };

  private add(method: string, path: string): void {
    const name = path.replace(/\/$/, '').replace(/:(\w+)/g, '{$1}');
    if (METHODS.includes(method.toLowerCase() as 'get') && method.toLowerCase() !== 'head') {
      this.routes.add(`${method.toLowerCase()} ${name}`);
    }
  }

  /**
   * What is served below a path, as documents name it; without what answers as if it were not there. A provider is
   * `acme`.
   */
  async servedBelow(app: TestApp, base: string): Promise<string[]> {
    const below = [...this.routes].filter((each) => `${each}/`.includes(` ${base}/`));
    const isThere = await Promise.all(
      below.map(async (each) => {
        const [method = '', path = ''] = each.split(' ');
        const { body } = await send(app.url + path.replace('{provider}', 'acme').replace('{id}', '7'), {
          method: method.toUpperCase(),
        });
        // Where nobody else answers Express does, and with early versions of Nest 12 it is let to: by a page.
        return !/^Cannot |<pre>Cannot /m.test(String(body?.message ?? body));
      }),
    );
    return below.filter((_, index) => isThere[index]).toSorted();
  }
}
