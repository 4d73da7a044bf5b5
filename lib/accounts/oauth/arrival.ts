import type { IncomingRequest } from '../../incoming-request.js';
import type { ProviderIdentity } from '../../oauth/oauth-provider.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';
import type { SignInFlow } from './sign-in-flow.js';

/** Somebody whom a provider has identified. */
export interface Arrival {
  /** The name of the provider. */
  readonly provider: string;
  readonly identity: ProviderIdentity;
  readonly flow: SignInFlow;
  readonly request: IncomingRequest;
  readonly response: object;
}

/** Whose account it is. */
export interface ResolvedAccount {
  readonly user: AnyUser;
  readonly authEpoch: number;
  /** Whether it has just been made. */
  readonly isNew: boolean;
}
