import type { Provider, Type } from '@nestjs/common';
import { Database } from '../database/database.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { USER_ENTITY } from '../users/user-table.js';
import { TOKEN_AUTH_CLOCK, type Clock } from './clock.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { TokenChain } from './token-chain.js';
import { TokenDeparture } from './token-departure.js';
import { TokenAuthEvents } from './token-events.js';
import { TokenStore } from './token-store.js';
import { TokenService } from './token.service.js';

/** What tokens are made of. */
export const TOKEN_PROVIDERS: Provider[] = [
  {
    provide: TokenStore,
    inject: [Database, USER_ENTITY, TOKEN_AUTH_CLOCK],
    useFactory: (database: Database, entity: Type<AnyUser>, clock: Clock) => new TokenStore(database, entity, clock),
  },
  {
    provide: TokenChain,
    inject: [TOKEN_AUTH_CONFIG],
    useFactory: (config: TokenAuthConfig) => new TokenChain(config.tokenPeppers),
  },
  ...[TokenAuthenticator, TokenDeparture].map((provide) => ({
    provide,
    inject: [TokenStore, TokenChain, TOKEN_AUTH_CONFIG, TokenAuthEvents, TOKEN_AUTH_CLOCK],
    useFactory: (...parts: ConstructorParameters<typeof TokenAuthenticator>) => new provide(...parts),
  })),
  TokenAuthEvents,
  TokenService,
];
