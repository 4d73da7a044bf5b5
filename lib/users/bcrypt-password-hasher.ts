import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import type { BcryptTask } from './bcrypt.worker.js';
import { PasswordHasher, PasswordQueueFullError, type PasswordVerdict } from './password-hasher.js';

/** How long the worker thread stays without work, in ms. */
const IDLE_TIMEOUT = 30_000;

/**
 * bcrypt as Devise uses it: the pepper is appended to the password, and both are cut off at 72 bytes. Computed in one
 * worker thread, of lower priority where the platform allows, with a bounded queue, so that sign-ins never stall guarded requests.
 */
@Injectable()
export class BcryptPasswordHasher extends PasswordHasher implements OnApplicationShutdown {
  private pool: Piscina<BcryptTask, string | PasswordVerdict> | null = null;

  constructor(@Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig) {
    super();
  }

  override async hash(password: string): Promise<string> {
    return (await this.run({ password: this.peppered(password), cost: this.config.password.cost })) as string;
  }

  override async verify(password: string, digest: string | null): Promise<PasswordVerdict> {
    // bcrypt implementations end a password at a NUL; one that holds any was never set.
    const usable = password.includes('\0') ? null : digest;
    const task = { password: this.peppered(password), cost: this.config.password.cost, digest: usable };
    return (await this.run(task)) as PasswordVerdict;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.destroy();
    this.pool = null;
  }

  private async run(task: BcryptTask): Promise<string | PasswordVerdict> {
    const pool = (this.pool ??= this.createPool());
    if (pool.queueSize >= this.config.password.queueLimit) throw new PasswordQueueFullError();
    return await pool.run(task);
  }

  /** bcrypt reads no more than 72 bytes, which 73 characters always hold; the rest need not travel to the worker. */
  private peppered(password: string): string {
    return (password + this.config.password.pepper).slice(0, 73);
  }

  private createPool() {
    return new Piscina<BcryptTask, string | PasswordVerdict>({
      filename: new URL('./bcrypt.worker.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_TIMEOUT,
      niceIncrement: 10,
    });
  }
}
