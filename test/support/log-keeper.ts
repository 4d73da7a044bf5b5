import type { LogLevel, LoggerService } from '@nestjs/common';
import { watch } from './secret-watch.js';

/** Keeps everything that Nest logs, at every level. */
export class LogKeeper implements LoggerService {
  readonly lines: string[] = [];

  log = (...parts: unknown[]) => this.keep(parts);
  error = (...parts: unknown[]) => this.keep(parts);
  warn = (...parts: unknown[]) => this.keep(parts);
  debug = (...parts: unknown[]) => this.keep(parts);
  verbose = (...parts: unknown[]) => this.keep(parts);
  fatal = (...parts: unknown[]) => this.keep(parts);
  setLogLevels(_levels: LogLevel[]): void {}

  private keep(parts: unknown[]): void {
    for (const part of parts) watch.see('log', part);
    this.lines.push(
      parts.map((part) => (part instanceof Error ? `${part.stack} ${String(part.cause)}` : String(part))).join(' '),
    );
  }
}
