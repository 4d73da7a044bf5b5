import { ForbiddenException, Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Setup } from './setup.js';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Lets in what pages of this application send, which browsers name in `Origin`. The host is compared to known ones, because a
 * name of somebody else's can be made to lead here (DNS rebinding).
 */
@Injectable()
export class OwnOriginGuard implements CanActivate {
  constructor(@Inject(Setup) private readonly setup: Setup) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | string[] | undefined> }>();
    if (this.isOwn(headers['origin'])) return true;
    throw new ForbiddenException({ errors: ['Only the page of this application may do that.'] });
  }

  private isOwn(origin: unknown): boolean {
    if (typeof origin !== 'string' || !URL.canParse(origin)) return false;
    const own = new URL(this.setup.origin);
    const { protocol, port, hostname } = new URL(origin);
    const isHere = protocol === own.protocol && port === own.port;
    return isHere && (hostname === own.hostname || LOOPBACK.includes(hostname));
  }
}
