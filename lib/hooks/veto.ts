import { HttpException, HttpStatus } from '@nestjs/common';

/** What a {@link Veto} can say beside its text. */
export interface VetoOptions {
  /**
   * The status of the answer, 400 to 499. Not 401 for who may be signed in: clients throw their credentials away on it.
   *
   * @defaultValue 422
   */
  status?: number;
  /**
   * What programs tell the refusal by; a word in snake case.
   *
   * @defaultValue `'vetoed'`
   */
  code?: string;
}

/**
 * Thrown by a hook to prevent what was about to happen; the text goes to the client in the protocol's error body.
 *
 * @example
 * ```ts
 * throw new Veto('Please enter the code of your authenticator.', { code: 'second_factor_required' });
 * ```
 */
export class Veto extends HttpException {
  constructor(text: string, { status = HttpStatus.UNPROCESSABLE_ENTITY, code = 'vetoed' }: VetoOptions = {}) {
    super({ success: false, errors: [text], code }, status);
  }
}
