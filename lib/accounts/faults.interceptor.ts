import {
  HttpStatus,
  Inject,
  Injectable,
  Logger,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { DatabaseError, isUnfitValue, isUniqueViolation } from '../database/database-errors.js';
import { Unavailability } from '../request/unavailability.js';
import { LegacyChecksBusyError } from '../tokens/legacy-digests.js';
import { UserGoneError } from '../users/user-gone-error.js';
import { failure, FAULTS, invalidRecord, MESSAGES } from './account-errors.js';
import { PasswordQueueFullError } from '../users/password-hasher.js';

/**
 * Answers 422 where the database found a fault in what was sent, 401 where the account has been deleted meanwhile, and 503
 * with `Retry-After` where an endpoint failed because it has too much to do or no database.
 */
@Injectable()
export class FaultsInterceptor implements NestInterceptor {
  private readonly logger = new Logger('TokenAuth');

  constructor(@Inject(Unavailability) private readonly unavailability: Unavailability) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<object>();
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (isUniqueViolation(error) || isUnfitValue(error)) throw this.refusal(error);
        if (error instanceof UserGoneError) throw failure(HttpStatus.UNAUTHORIZED, MESSAGES.badCredentials);
        const isKnown = [DatabaseError, PasswordQueueFullError, LegacyChecksBusyError].some(
          (kind) => error instanceof kind,
        );
        throw isKnown ? this.unavailability.of(error, response) : error;
      }),
    );
  }

  /** Whoever declared the column can tell from the log which one it is. */
  private refusal(error: unknown): Error {
    this.logger.warn(`Answered 422: ${String(error)}`);
    return invalidRecord({ base: [isUniqueViolation(error) ? FAULTS.taken : FAULTS.invalid] });
  }
}
