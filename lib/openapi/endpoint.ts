import { refTo, TEXT, type Operation, type Parameter, type Response, type Schema } from './document.js';
import { isSafeMethod } from '../request/cross-site.js';
import type { DescribedRealm } from './described-realm.js';
import type { Fields } from './dto-schema.js';

/** One status of an endpoint. */
export interface Answer {
  readonly description: string;
  /** Of the JSON; undefined where there is none. */
  readonly schema?: Schema;
  readonly isPage?: boolean;
  /** Where it sends on. */
  readonly location?: string;
  /** Whether it brings the token for the next request. */
  readonly hasToken?: boolean;
  readonly retryAfter?: boolean;
}

/** An endpoint of the module, in words. */
export interface Endpoint {
  /** What programs call it. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** Whether it needs a client that is signed in; `either`: other ways are open too. */
  readonly client?: 'needed' | 'either';
  readonly query?: Record<string, string | { readonly description: string; readonly schema: Schema }>;
  readonly path?: Record<string, { readonly description: string; readonly schema: Schema }>;
  readonly body?: Fields & {
    /** What "Try it out" begins with: of everything at once not even the types would fit together. */
    readonly example: object;
  };
  /** Cookie mode: whether pages of other origins may call it although it is no GET. */
  readonly isForOtherSites?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
}

/** How a realm's endpoint behaves with its options; null where they have not switched it on. */
export type DescribeEndpoint = (realm: DescribedRealm) => Endpoint | null;

const FAILURE = refTo('schemas', 'TokenAuthFailure');
const INVALID = refTo('schemas', 'TokenAuthInvalid');

/** A refusal in the protocol's common body. */
export const failure = (description: string, rest: Partial<Answer> = {}): Answer => ({
  description,
  schema: FAILURE,
  ...rest,
});

/** A refusal that names the attributes, unless it is about the request as a whole. */
export const invalid = (description: string, rest: Partial<Answer> = {}): Answer => ({
  description,
  schema: { oneOf: [FAILURE, INVALID] },
  ...rest,
});

/** Sends on, with more parameters in the query. */
export const redirect = (location: string): Answer => ({ description: 'Sends on to the application.', location });

/** An endpoint as an operation of the document. */
export function operationOf(endpoint: Endpoint, realm: DescribedRealm, method: string): Operation {
  const { id, summary, description, client, query = {}, path = {}, body, answers } = endpoint;
  const { requirements } = realm.security;
  const parameters: Parameter[] = [
    ...Object.entries(path).map(([name, rest]) => ({ name, in: 'path' as const, required: true, ...rest })),
    ...Object.entries(query).map(([name, rest]) => ({
      name,
      in: 'query' as const,
      required: false,
      ...described(rest),
    })),
    ...(client !== undefined && Object.values(answers).some(({ hasToken }) => hasToken)
      ? [refTo('parameters', 'TokenAuthUnbatch') as unknown as Parameter]
      : []),
  ];
  const isCookieAtRisk =
    realm.config.cookie !== null && !isSafeMethod(method.toUpperCase()) && endpoint.isForOtherSites !== true;
  const all = { ...answers, ...(isCookieAtRisk ? { 403: CROSS_SITE } : {}), 503: UNAVAILABLE };
  return {
    operationId: `${realm.name}_${id}`,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [realm.tag],
    parameters,
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    responses: Object.fromEntries(Object.entries(all).map(([status, answer]) => [status, responseOf(answer, realm)])),
    security: client === undefined ? [] : client === 'needed' ? requirements : [...requirements, {}],
  } as Operation;
}

const CROSS_SITE = failure('A page of another origin made the request, which trustedOrigins does not list.');
const UNAVAILABLE = failure('There is too much to do at the moment, or no database.', { retryAfter: true });

export function json(schema: Schema): Record<string, { schema: Schema }> {
  return { 'application/json': { schema } };
}

function described(rest: string | { readonly description: string; readonly schema: Schema }) {
  return typeof rest === 'string' ? { description: rest, schema: TEXT } : rest;
}

function requestBody({ properties, required, example }: NonNullable<Endpoint['body']>): object {
  const schema: Schema = { type: 'object', properties, ...(required.length > 0 ? { required: [...required] } : {}) };
  return { required: true, content: { 'application/json': { schema, example } } };
}

function responseOf(answer: Answer, realm: DescribedRealm): Response {
  const { description, schema, isPage, location, hasToken, retryAfter } = answer;
  const headers = {
    ...(hasToken === true ? realm.security.headersOfResponse : {}),
    ...(location === undefined ? {} : { Location: { description: location, schema: TEXT } }),
    ...(retryAfter === true
      ? { 'Retry-After': { description: 'In how many seconds to try again.', schema: { type: 'integer' } } }
      : {}),
  };
  return {
    description,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(schema === undefined ? {} : { content: json(schema) }),
    ...(isPage === true ? { content: { 'text/html': { schema: TEXT } } } : {}),
  } as Response;
}
