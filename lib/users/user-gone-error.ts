/** The user that something was to be done for does not exist (any more). */
export class UserGoneError extends Error {
  override readonly name = 'UserGoneError';

  constructor() {
    super('A token was asked for a user that does not exist (any more).');
  }
}
