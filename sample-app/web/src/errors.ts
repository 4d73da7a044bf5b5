import { ServiceUnavailableError, TokenAuthError, UnreachableError } from 'nestjs-token-auth/client';

/** What went wrong, in words for people. */
export function explain(error: unknown): string {
  if (error instanceof TokenAuthError) return error.errors.join(' ') || `The server answered ${error.status}.`;
  if (error instanceof ServiceUnavailableError) return 'The server is busy. Please try again in a moment.';
  if (error instanceof UnreachableError) return 'Nobody answers. Is the application still running?';
  return error instanceof Error ? error.message : String(error);
}

/** What a refusal says. */
export async function faultsIn(response: Response): Promise<string> {
  const { errors = [] } = (await response.json().catch(() => ({}))) as { errors?: string[] | object };
  return (Array.isArray(errors) ? errors.join(' ') : '') || `The server answered ${response.status}.`;
}
