import { HttpException, HttpStatus, Inject, Injectable, Logger } from '@nestjs/common';
import { DatabaseError, isUniqueViolation, isUnfitValue } from '../../database/database-errors.js';
import type { IncomingRequest } from '../../incoming-request.js';
import { OAuthProviders } from '../../oauth/oauth-providers.js';
import { ProviderError } from '../../oauth/provider-error.js';
import { SessionOpener } from '../../request/session-opener.js';
import { Unavailability } from '../../request/unavailability.js';
import { UserGoneError } from '../../users/user-gone-error.js';
import { UserSerializer } from '../../users/user-serializer.js';
import { failure, MESSAGES } from '../account-errors.js';
import type { ResolvedAccount } from './arrival.js';
import { OAuthAccounts } from './oauth-accounts.js';
import type { OAuthPayload } from './oauth-answers.js';
import type { SignInFlow } from './sign-in-flow.js';

/** Signs in who comes back from a provider. */
@Injectable()
export class OAuthSignIns {
  private readonly logger = new Logger('TokenAuth');

  constructor(
    @Inject(OAuthProviders) private readonly providers: OAuthProviders,
    @Inject(OAuthAccounts) private readonly accounts: OAuthAccounts,
    @Inject(SessionOpener) private readonly sessions: SessionOpener,
    @Inject(UserSerializer) private readonly serializer: UserSerializer,
    @Inject(Unavailability) private readonly unavailability: Unavailability,
  ) {}

  /**
   * Signs a client in for whoever a provider has sent back.
   *
   * @param parameters - those of the callback.
   * @throws what {@link refusalOf} knows.
   */
  async signIn(
    provider: string,
    flow: SignInFlow,
    parameters: URLSearchParams,
    request: IncomingRequest,
    response: object,
  ): Promise<{ user: object; payload: OAuthPayload }> {
    const identity = await this.providers.complete(provider, parameters, flow.checks);
    const account = await this.accounts.resolve({ provider, identity, flow, request, response });
    return {
      user: this.serializer.account(account.user),
      payload: await this.issue(account, flow, request, response),
    };
  }

  /** What a sign-in that has failed is answered. */
  refusalOf(error: unknown, response: object): HttpException {
    if (error instanceof HttpException) return error;
    if (error instanceof ProviderError) return refusalByProvider(error);
    if (error instanceof UserGoneError) return failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.oauthFailed);
    if (isUniqueViolation(error) || isUnfitValue(error)) {
      this.logger.warn(`An account could not be made: ${String(error)}`);
      return failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.oauthFailed);
    }
    if (error instanceof DatabaseError) return this.unavailability.of(error, response);
    throw error;
  }

  private async issue(
    { user, authEpoch, isNew }: ResolvedAccount,
    flow: SignInFlow,
    request: IncomingRequest,
    response: object,
  ): Promise<OAuthPayload> {
    const how = { method: 'oauth', authEpoch } as const;
    const { accessToken, client, uid, expiry } = await this.sessions.startByPage(user, request, response, how);
    return {
      ...(accessToken === null ? {} : { auth_token: accessToken }),
      client_id: client,
      uid,
      expiry,
      config: flow.config,
      ...(isNew ? { oauth_registration: true } : {}),
    };
  }
}

function refusalByProvider({ reason }: ProviderError): HttpException {
  switch (reason) {
    case 'refused':
      return failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.oauthRefused);
    case 'unavailable':
      return failure(HttpStatus.SERVICE_UNAVAILABLE, MESSAGES.oauthUnavailable);
    case 'failed':
      return failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.oauthFailed);
  }
}
