import type { Provider } from '@nestjs/common';
import { Database } from '../database/database.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { USER_ENTITY } from '../users/user-table.js';
import { TOKEN_AUTH_CLOCK } from './clock.js';
import { LegacyDigests } from './legacy-digests.js';
import { SharedClock } from './shared-clock.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { TokenChain } from './token-chain.js';
import { TokenDeparture } from './token-departure.js';
import { TokenAuthEvents } from './token-events.js';
import { TokenRotation } from './token-rotation.js';
import { TokenStore } from './token-store.js';
import { TokenService } from './token.service.js';

/** What tokens are made of. */
export const TOKEN_PROVIDERS: Provider[] = [
  SharedClock,
  {
    provide: TokenStore,
    inject: [Database, USER_ENTITY, TOKEN_AUTH_CLOCK, SharedClock],
    useFactory: (...parts: ConstructorParameters<typeof TokenStore>) => new TokenStore(...parts),
  },
  {
    provide: TokenChain,
    inject: [TOKEN_AUTH_CONFIG],
    useFactory: (config: TokenAuthConfig) => new TokenChain(config.tokenPeppers),
  },
  LegacyDigests,
  {
    provide: TokenAuthenticator,
    inject: [TokenStore, TokenChain, TOKEN_AUTH_CONFIG, TokenAuthEvents, TOKEN_AUTH_CLOCK, LegacyDigests],
    useFactory: (...parts: ConstructorParameters<typeof TokenAuthenticator>) => new TokenAuthenticator(...parts),
  },
  {
    provide: TokenRotation,
    inject: [TokenStore, TokenChain, TOKEN_AUTH_CONFIG, TOKEN_AUTH_CLOCK],
    useFactory: (...parts: ConstructorParameters<typeof TokenRotation>) => new TokenRotation(...parts),
  },
  {
    provide: TokenDeparture,
    inject: [TokenStore, TokenRotation, TokenChain, TOKEN_AUTH_CONFIG, TokenAuthEvents, TOKEN_AUTH_CLOCK],
    useFactory: (...parts: ConstructorParameters<typeof TokenDeparture>) => new TokenDeparture(...parts),
  },
  TokenAuthEvents,
  TokenService,
];
