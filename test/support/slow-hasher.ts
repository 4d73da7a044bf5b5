import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PasswordHasher, type PasswordVerdict } from 'nestjs-token-auth';
import type { TestApp } from './app.js';
import { Latch } from './latch.js';

/** Hashes at no cost, and holds whom a test wants to be held, once the outcome is known. */
@Injectable()
export class SlowHasher extends PasswordHasher {
  private latches = new Map<string, Latch>();

  /** Holds the next computation on this password. */
  static holdNext(app: TestApp, password: string): Latch {
    const latch = new Latch();
    (app.nest.get(PasswordHasher) as SlowHasher).latches.set(password, latch);
    return latch;
  }

  override async hash(password: string): Promise<string> {
    await this.wait(password);
    return quickDigestOf(password);
  }

  override async verify(password: string, digest: string | null): Promise<PasswordVerdict> {
    await this.wait(password);
    return { valid: digest === quickDigestOf(password), outdated: false };
  }

  private async wait(password: string): Promise<void> {
    const latch = this.latches.get(password);
    this.latches.delete(password);
    await latch?.wait();
  }
}

/** What stands in for the digest of a password. It holds nothing of it. */
export function quickDigestOf(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}
