/** What is wrong with each attribute of an account: texts, or their codes. */
export type FieldErrors = Record<string, string[]>;

/** The server has answered, and refused. */
export class TokenAuthError extends Error {
  override readonly name: string = 'TokenAuthError';

  constructor(
    message: string,
    /** The HTTP status; 0 where no answer of the API's came to be, as when a popup is closed. */
    readonly status: number,
    /** The stable code of the refusal, such as `bad_credentials`. */
    readonly code?: string,
    /** What the server says, in the language of the request. */
    readonly errors: string[] = [message],
    /** What is wrong with each attribute. */
    readonly fieldErrors: FieldErrors = {},
    /** The same as stable codes. */
    readonly errorCodes: FieldErrors = {},
    /** Seconds after which to try again, where the server says so. */
    readonly retryAfter?: number,
    /** The body as JSON; undefined where it is none. */
    readonly body?: unknown,
  ) {
    super(message);
  }
}

/** Nobody has answered; `cause` is what `fetch` says. Nobody is signed out by it. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  constructor(options?: { cause: unknown }) {
    super('The server could not be reached. Check the connection and try again.', options);
  }
}

/** The server, or one that it needs, is not available at the moment: try again later. Nobody is signed out by it. */
export class ServiceUnavailableError extends Error {
  override readonly name = 'ServiceUnavailableError';
  /** Seconds after which to try again, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(options: { cause?: unknown; retryAfter?: number | undefined } = {}) {
    super('The service is not available at the moment. Try again later.', options);
    this.retryAfter = options.retryAfter;
  }
}

/** The body of a refusal: of this protocol, or Nest's own. */
interface ErrorBody {
  errors?: string[] | FieldErrors;
  message?: string | string[];
  code?: string;
  error_codes?: FieldErrors;
}

/** What a refusal means: {@link ServiceUnavailableError} for 502 to 504, else {@link TokenAuthError}. Reads the body. */
export async function errorOf(response: Response): Promise<TokenAuthError | ServiceUnavailableError> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const after = secondsOf(response.headers.get('retry-after'));
  const { errors = [], message, code, error_codes }: ErrorBody = (body as ErrorBody | undefined) ?? {};
  const { full_messages = [], ...fields } = Array.isArray(errors) ? { full_messages: errors } : errors;
  const said = [...full_messages, message ?? []].flat();
  const text = said[0] ?? `The server answered with the status ${status}.`;
  const texts = said.length > 0 ? said : [text];
  const error = new TokenAuthError(text, status, code, texts, fields, error_codes, after, body);
  return status > 501 && status < 505 ? new ServiceUnavailableError({ cause: error, retryAfter: after }) : error;
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3). */
function secondsOf(value: string | null): number | undefined {
  const seconds = Number(value ?? NaN);
  const until = Number.isNaN(seconds) ? (Date.parse(value ?? '') - Date.now()) / 1000 : seconds;
  return until >= 0 ? Math.ceil(until) : undefined;
}
