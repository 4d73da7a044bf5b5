import { Inject, Injectable, Logger } from '@nestjs/common';
import type { IncomingRequest } from '../incoming-request.js';
import { Message, type MessageCode } from '../messages/message.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { TOKEN_AUTH_CLOCK, type Clock } from '../tokens/clock.js';
import { isRecentSignIn } from '../tokens/rotation.js';
import { TokenAuthenticator, type Session } from '../tokens/token-authenticator.js';
import { TokenDeparture, type Departure } from '../tokens/token-departure.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { AnswerLanguage } from './answer-language.js';
import { AuthHeaders } from './auth-headers.js';
import { readCredentials } from './credentials-reader.js';
import { CrossSiteException, isCrossSite } from './cross-site.js';
import type { RealmState } from './exchange-state.js';
import { OpenSockets } from './open-sockets.js';
import { Unavailability } from './unavailability.js';
import { canDeliver, originOf, stateOf, type Exchange } from './request-context.js';

type Decision = TokenDeparture['depart'];

/** Authenticates a request once and lets it depart once, however many guards, resolvers and interceptors it runs through. */
@Injectable()
export class RequestAuthenticator<U extends AnyUser = AnyUser> {
  private readonly logger = new Logger('TokenAuth');

  constructor(
    @Inject(TokenAuthenticator) private readonly authenticator: TokenAuthenticator,
    @Inject(TokenDeparture) private readonly departures: TokenDeparture,
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
    @Inject(OpenSockets) private readonly sockets: OpenSockets,
    @Inject(Unavailability) private readonly unavailability: Unavailability,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
    @Inject(TOKEN_AUTH_CLOCK) private readonly clock: Clock,
    @Inject(AnswerLanguage) private readonly language: AnswerLanguage,
  ) {}

  /**
   * Who makes this request, or null.
   *
   * @throws ServiceUnavailableException when the database cannot tell, and CrossSiteException where a page of another
   * origin makes the browser send its cookie; a 401 would make clients throw their token away.
   * @internal
   */
  async authenticate(exchange: Exchange): Promise<Session | null> {
    const session = await this.identify(exchange);
    if (session !== null && exchange.socket !== null) this.sockets.add(exchange.socket, session);
    return session;
  }

  private async identify(exchange: Exchange): Promise<Session | null> {
    const state = this.stateOf(exchange);
    if (exchange.transport === 'ws' && state.session) return await this.refresh(exchange, state.session);
    if (this.isForged(exchange)) return this.refuseForged(exchange);
    state.authentication ??= this.orUnavailable(exchange, () => this.arrive(exchange)).then((session) => {
      state.session = session;
    });
    await state.authentication;
    // A socket may yet be bound to its handshake.
    if (exchange.transport === 'ws' && state.carrier === undefined) state.authentication = undefined;
    return state.session ?? null;
  }

  /**
   * Authenticates a WebSocket by its handshake and remembers the outcome on the socket, so that the guard and
   * `@CurrentUser()` work for its messages. Nothing rotates: a handshake has no response headers that a page could read.
   *
   * @returns null for strangers; and in cookie mode for pages of other origins than the application's and `trustedOrigins`:
   * browsers let any page open a WebSocket, with the cookie.
   *
   * @example
   * ```ts
   * async handleConnection(socket: WebSocket, request: IncomingMessage) {
   *   if ((await this.requests.authenticateHandshake(socket, request)) === null) socket.close(4401);
   * }
   * ```
   */
  async authenticateHandshake(socket: object, request: IncomingRequest): Promise<Session<U> | null> {
    const exchange: Exchange = { transport: 'ws', request, response: null, socket, state: stateOf(socket) };
    exchange.state.handshakeHeaders = { 'accept-language': request.headers['accept-language'] };
    const session = (await this.authenticate(exchange)) as Session<U> | null;
    if (session !== null) exchange.state.bind(this);
    return session;
  }

  /** Whether the client signed in no longer than this ago, in ms. @internal */
  isRecent({ arrival }: Session, within: number): boolean {
    return isRecentSignIn(arrival.row, this.clock.now() + arrival.clockOffset, within);
  }

  /**
   * Rotates and writes the headers, as the last thing before they go out.
   *
   * @internal
   */
  async depart(exchange: Exchange, session: Session): Promise<void> {
    const decide: Decision = (...parts) => this.departures.depart(...parts);
    await (this.stateOf(exchange).departure ??= this.deliver(exchange, session, decide, (...parts) =>
      this.headers.write(...parts),
    ));
  }

  /**
   * Writes the headers before the handler runs, for handlers that own the response: a batch answer, or rotated.
   *
   * @internal
   */
  async departEarly(exchange: Exchange, session: Session, { rotates }: { rotates: boolean }): Promise<void> {
    const decide: Decision = (...parts) =>
      rotates ? this.departures.depart(...parts) : this.departures.departEarly(...parts);
    await (this.stateOf(exchange).departure ??= this.deliver(exchange, session, decide, (...parts) =>
      this.headers.writeEarly(...parts),
    ));
  }

  /** The name of the cookie that credentials are read from; null outside of cookie mode. @internal */
  get cookieName(): string | null {
    return this.config.cookie?.name ?? null;
  }

  /** Whether the request, refused by this realm, has a cookie of a client that has ended, or was never one. @internal */
  hasDeadCookie(exchange: Exchange): boolean {
    const { carrier, ended } = this.stateOf(exchange);
    return carrier === 'cookie' && ended === true;
  }

  /** Whether the cookie of the request is that of a client of this realm. @internal */
  async ownsCookie(exchange: Exchange): Promise<boolean> {
    await this.authenticate(exchange);
    const { carrier, ended } = this.stateOf(exchange);
    return carrier === 'cookie' && ended !== true;
  }

  /** Lets the client forget the cookie. @internal */
  clearCookie({ response, state }: Exchange): void {
    const cleared = this.headers.clearedCookie;
    if (cleared === null || !canDeliver(response)) return;
    if (state.clears(cleared)) this.headers.clearCookie(response);
  }

  /** What a refused request is told, in its language; null where there is no request. @internal */
  say(code: MessageCode, exchange: Exchange | null): string {
    return this.language.say(new Message(code), exchange?.response ?? null, exchange?.request ?? null);
  }

  private stateOf({ state }: Exchange): RealmState {
    return state.of(this);
  }

  private async deliver(
    { request, response }: Exchange,
    session: Session,
    decide: Decision,
    write: (response: object, departure: Departure) => void,
  ): Promise<void> {
    if (response === null) return await this.touch(session);
    // A client that cannot learn a new token must keep the one it has.
    const isDeliverable = () => canDeliver(response);
    if (!isDeliverable()) return;
    const departure = await decide(session, {
      origin: originOf(request),
      unbatch: wantsUnbatch(request),
      isDeliverable,
    });
    if (isDeliverable()) write(response, departure);
  }

  /** That a client was used must not be lost where no response could tell it anything; nor may it fail the request. */
  private async touch(session: Session): Promise<void> {
    try {
      await this.departures.touch(session);
    } catch (error) {
      this.logger.warn(`"Last used" could not be written: ${String(error)}`);
    }
  }

  private async arrive(exchange: Exchange): Promise<Session | null> {
    const { request, transport } = exchange;
    const state = this.stateOf(exchange);
    const arrivedAt = this.clock.now();
    const presented = readCredentials(request, this.config);
    if (presented === null) return null;
    state.carrier = presented.carrier;
    // A socket keeps the token of its handshake while its client goes on: there, an old token means nothing.
    const options = { arrivedAt, mayRevoke: transport === 'http' };
    const outcome = await this.authenticator.authenticate(presented.credentials, originOf(request), options);
    if (outcome.session !== null) return outcome.session;
    this.logger.debug(`Refused a request: its token is ${outcome.reason}`);
    state.ended = outcome.ended;
    return null;
  }

  /** Whether a page of another origin makes the browser send its cookie. A handshake is a GET, but what follows is not. */
  private isForged({ request, transport }: Exchange): boolean {
    const { cookie, trustedOrigins } = this.config;
    const judged = transport === 'ws' ? { headers: request.headers } : request;
    return (
      cookie !== null &&
      isCrossSite(judged, trustedOrigins) &&
      readCredentials(request, this.config)?.carrier === 'cookie'
    );
  }

  private refuseForged({ request, response, transport }: Exchange): null {
    this.logger.debug('Refused a request with a cookie: a page of another origin made it');
    // The gateway or the guard refuses a WebSocket as it does a stranger's.
    if (transport === 'ws') return null;
    throw new CrossSiteException(this.language.say(new Message('cross_site'), response, request));
  }

  private async refresh(exchange: Exchange, session: Session): Promise<Session | null> {
    const refreshed = await this.orUnavailable(exchange, () => this.authenticator.refresh(session));
    if (refreshed !== null) await this.touch(refreshed);
    return (this.stateOf(exchange).session = refreshed);
  }

  private async orUnavailable(
    exchange: Exchange,
    ask: () => Promise<Session<AnyUser> | null>,
  ): Promise<Session | null> {
    try {
      return await ask();
    } catch (error) {
      throw this.unavailability.of(error, exchange.response);
    }
  }
}

/** The protocol's `unbatch` parameter: any value asks for a rotation inside an open batch. */
function wantsUnbatch({ query, body }: IncomingRequest): boolean {
  return hasUnbatch(query) || hasUnbatch(body);
}

function hasUnbatch(values: unknown): boolean {
  return typeof values === 'object' && values !== null && Object.hasOwn(values, 'unbatch');
}
