import type { TokenAuthSettings } from './settings/token-auth-settings.js';

const ACCOUNT = { email: 'ada@example.com', password: 'correct horse battery' };

/** What the start prints: how to call the application from a shell. */
export function whatToTry(url: string, settings: TokenAuthSettings): string {
  const { path = 'auth', cookieEnabled = false, batchRequestBufferThrottle = '5s' } = settings;
  const auth = `${url}/${path.replace(/^\//, '')}`;
  const signUp = JSON.stringify({ ...ACCOUNT, password_confirmation: ACCOUNT.password });
  const buffer =
    typeof batchRequestBufferThrottle === 'number' ? `${batchRequestBufferThrottle} ms` : batchRequestBufferThrottle;
  return `
nestjs-token-auth is ready on ${url}

Paste these lines into a shell, from top to bottom.

${cookieEnabled ? COOKIE_CLIENT : HEADER_CLIENT}

Sign up (once) and sign in. The answer carries the first token:

  call ${auth} -d '${signUp}'
  call ${auth}/sign_in -d '${JSON.stringify(ACCOUNT)}'

Call a guarded route. ${rotationOf(settings, buffer)}:

  call ${url}/demo/members_only

Five at once with one token, after the batch has closed (${buffer}). ${batchOf(settings)}:

  sleep 6; call --parallel --no-progress-meter '${url}/demo/slow?ms=300&n=[1-5]'

Sign out:

  call -X DELETE ${auth}/sign_out -d '{}'

Stop with Ctrl+C.
`;
}

function rotationOf({ changeHeadersOnEachRequest = true }: TokenAuthSettings, buffer: string): string {
  if (!changeHeadersOnEachRequest) return 'Rotation is off: every answer brings the same token';
  return `The token rotates once ${buffer} have passed since it was made; until then nothing is new`;
}

function batchOf({
  changeHeadersOnEachRequest = true,
  batchResponse = 'blank',
  cookieEnabled = false,
}: TokenAuthSettings): string {
  if (!changeHeadersOnEachRequest) return 'All bring the same token';
  if (batchResponse === 'repeat' && !cookieEnabled) return 'All bring the next token';
  return 'One answer brings the next token, the other four bring none';
}

const HEADER_CLIENT = String.raw`A small client: it shows each answer and keeps the newest token, which Authorization holds together with client and uid.

  AUTH='Accept: */*'
  call() { ANSWER=$(curl -si -w '\n' -H "$AUTH" -H 'Content-Type: application/json' "$@" | tr -d '\r'); echo "$ANSWER"; if NEXT=$(echo "$ANSWER" | grep -i -m1 '^authorization:'); then AUTH=$NEXT; fi; }`;

const COOKIE_CLIENT = String.raw`A small client: it shows each answer and keeps the newest cookie in a file.

  call() { curl -si -w '\n' -b cookies.txt -c cookies.txt -H 'Content-Type: application/json' "$@"; }`;
