import { Inject, Injectable } from '@nestjs/common';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { SharedClock } from '../tokens/shared-clock.js';
import { digestOf } from '../tokens/token-secret.js';
import { ThrottleStore } from './throttle-store.js';

/** How many mails of one kind go to one address within an hour; the window in ms. */
const LIMIT = 20;
const WINDOW = 3_600_000;

/**
 * Limits the mails that anybody can have sent to somebody. Each new link takes the place of the one before it, so without
 * an end to them a stranger could keep the owner from ever using one: beyond the limit the last link goes on serving.
 */
@Injectable()
export class MailLimit {
  constructor(
    @Inject(ThrottleStore) private readonly store: ThrottleStore,
    @Inject(SharedClock) private readonly clock: SharedClock,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /** Counts one more mail; false when there have been enough. */
  async admit(kind: string, address: string): Promise<boolean> {
    const hash = digestOf(`throttle\0mail\0${kind}\0${address}`, this.config.tokenPeppers[0]);
    const rules = { limit: LIMIT, window: WINDOW, now: await this.clock.now() };
    return (await this.store.count(hash, rules)).counted;
  }
}
