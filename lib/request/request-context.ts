import type { ExecutionContext } from '@nestjs/common';
import type { IncomingRequest } from '../incoming-request.js';
import type { RequestOrigin } from '../tokens/origin.js';
import type { Session } from '../tokens/token-authenticator.js';
import { ExchangeState } from './exchange-state.js';

/** A request with the response that answers it; null where response headers cannot be delivered. */
export interface Exchange {
  readonly transport: 'http' | 'ws';
  readonly request: IncomingRequest;
  readonly response: object | null;
  /** The WebSocket that the request came by, where the application lets it be seen. */
  readonly socket: object | null;
  /** One per request or WebSocket connection, kept on the platform's own object so that nothing outlives it. */
  readonly state: ExchangeState;
}

const STATE = Symbol('nestjs-token-auth:exchange');

/** The state kept on an object of the platform. */
export function stateOf(owner: object): ExchangeState {
  const holder = owner as { [STATE]?: ExchangeState };
  return (holder[STATE] ??= new ExchangeState());
}

/**
 * The exchange that a context belongs to: the only place that tells HTTP, GraphQL and WebSockets apart. Null where there
 * is no request (microservices).
 */
export function exchangeOf(context: ExecutionContext): Exchange | null {
  switch (context.getType<'http' | 'graphql' | 'ws' | 'rpc'>()) {
    case 'http':
      return httpExchange(context.getArgByIndex(0), context.getArgByIndex(1));
    case 'graphql':
      return graphqlExchange(context.getArgByIndex(2));
    case 'ws':
      return socketExchange(context.getArgByIndex(0));
    default:
      return null;
  }
}

/**
 * What the decision of a guard holds for: the handler that it ran for. In GraphQL a handler can run for several fields at
 * once; there it is the field, and everything below it that no guard of its own runs for. The nearest comes first.
 */
export function scopesOf(context: ExecutionContext): [object, ...object[]] {
  if (context.getType<string>() !== 'graphql') return [context.getHandler()];
  const scopes: object[] = [];
  for (let path = (context.getArgByIndex(3) as GraphqlInfo | undefined)?.path; path !== undefined; path = path.prev) {
    scopes.push(path);
  }
  const [field = context.getHandler(), ...above] = scopes;
  return [field, ...above];
}

/** Where a field is in its operation: objects that the fields below it share. */
interface GraphqlInfo {
  readonly path?: GraphqlPath;
}

interface GraphqlPath {
  readonly prev: GraphqlPath | undefined;
}

/** Who makes the request, as the decorators of a handler see it. */
export function sessionOf(context: ExecutionContext): Session | null {
  return exchangeOf(context)?.state.sessionAt(scopesOf(context)) ?? null;
}

/** The exchange of a request and its response. Fastify's objects wrap Node's, which are the same in all enhancers. */
export function httpExchange(request: IncomingRequest, response: object | null): Exchange {
  return { transport: 'http', request, response, socket: null, state: stateOf(request.raw ?? request) };
}

/**
 * A resolver's third argument is the application's own object; drivers put the request and the response there. The request
 * of a subscription is the one that opened its WebSocket: it lives on, and nothing can be delivered to it.
 */
function graphqlExchange(graphql: GraphqlContext | undefined): Exchange | null {
  const { req, request, reply, res, extra } = graphql ?? {};
  const candidates = [req, request, reply?.request, extra?.request, req?.extra?.request];
  const incoming = candidates.find((candidate) => candidate?.headers !== undefined);
  if (incoming === undefined) return null;
  if (String(incoming.headers['upgrade']).toLowerCase() !== 'websocket') {
    return httpExchange(incoming, reply ?? res ?? incoming.res ?? null);
  }
  const socket = (extra ?? req?.extra)?.socket ?? null;
  return { transport: 'ws', request: incoming, response: null, socket, state: stateOf(incoming.raw ?? incoming) };
}

/** Where Apollo, Mercurius and the WebSocket transports put what they were given. */
interface GraphqlContext {
  readonly req?: GraphqlRequest;
  readonly res?: object;
  readonly request?: GraphqlRequest;
  readonly reply?: { readonly request: GraphqlRequest };
  readonly extra?: WebSocketExtra;
}

/** What graphql-ws tells of the connection. */
interface WebSocketExtra {
  readonly request?: GraphqlRequest;
  readonly socket?: object;
}

/** Express keeps the response on the request; Apollo hands the context of a WebSocket over as the request. */
interface GraphqlRequest extends IncomingRequest {
  readonly res?: object;
  readonly extra?: WebSocketExtra;
}

/** A WebSocket: its messages have no response headers. Socket.IO keeps the handshake; with `ws` it has to be bound first. */
function socketExchange(socket: object): Exchange {
  const { handshake } = socket as {
    handshake?: { headers: IncomingRequest['headers']; query?: unknown; address?: string };
  };
  const state = stateOf(socket);
  const address = handshake?.address === undefined ? {} : { ip: handshake.address };
  const request = { headers: state.handshakeHeaders, ...handshake, ...address };
  return { transport: 'ws', request, response: null, socket, state };
}

/** Where a request came from. The address is what the platform makes of it, `trust proxy` and the like included. */
export function originOf(request: IncomingRequest): RequestOrigin {
  const userAgent = request.headers['user-agent'];
  return {
    ip: request.ip ?? request.socket?.remoteAddress ?? null,
    userAgent: typeof userAgent === 'string' ? userAgent : null,
  };
}

/** The request that a response answers; null where there is none. */
export function requestOf(response: object | null): IncomingRequest | null {
  // Express's name, and Fastify's.
  const { req, request } = (response ?? {}) as { req?: IncomingRequest; request?: IncomingRequest };
  return req ?? request ?? null;
}

/** Whether a response can still tell its client anything: headers not sent, peer not gone. */
export function canDeliver(response: object | null): response is object {
  if (response === null) return false;
  // Not the request: Node destroys every request that has been read to its end.
  const raw = ((response as { raw?: object }).raw ?? response) as {
    headersSent?: boolean;
    writableEnded?: boolean;
    destroyed?: boolean;
    stream?: { destroyed?: boolean };
  };
  return !(raw.headersSent || raw.writableEnded || raw.destroyed || raw.stream?.destroyed);
}
