import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { BcryptPool } from './bcrypt-pool.js';
import type { BcryptTask } from './bcrypt.worker.js';
import { PasswordHasher, PasswordQueueFullError, type PasswordVerdict } from './password-hasher.js';

/**
 * bcrypt as Devise uses it: the pepper is appended to the password, and both are cut off at 72 bytes. Computed in one
 * worker thread, of lower priority where the platform allows, with a bounded queue, so that sign-ins never stall
 * guarded requests.
 */
@Injectable()
export class BcryptPasswordHasher extends PasswordHasher implements OnApplicationShutdown {
  private readonly pool: BcryptPool;

  constructor(@Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig) {
    super();
    this.pool = new BcryptPool(config.password.queueLimit);
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
    await this.pool.close();
  }

  private async run(task: BcryptTask): Promise<string | PasswordVerdict> {
    if (this.pool.isFull) throw new PasswordQueueFullError();
    return await this.pool.run(task);
  }

  /** bcrypt reads no more than 72 bytes, which 73 characters always hold; the rest need not travel to the worker. */
  private peppered(password: string): string {
    return (password + this.config.password.pepper).slice(0, 73);
  }
}
