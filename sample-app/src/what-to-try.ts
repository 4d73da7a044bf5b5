import type { TokenAuthSettings } from './settings/token-auth-settings.js';

const ACCOUNT = { email: 'ada@example.com', password: 'correct horse battery' };

/** What the start prints: how to call the application from a shell. */
export function whatToTry(url: string, { path = 'auth', cookieEnabled = false }: TokenAuthSettings): string {
  const auth = `${url}/${path.replace(/^\//, '')}`;
  const signUp = JSON.stringify({ ...ACCOUNT, password_confirmation: ACCOUNT.password });
  return `
nestjs-token-auth is ready on ${url}

Paste these lines into a shell, from top to bottom.

${cookieEnabled ? COOKIE_CLIENT : HEADER_CLIENT}

Sign up (once) and sign in. The answer carries the first token:

  call ${auth} -d '${signUp}'
  call ${auth}/sign_in -d '${JSON.stringify(ACCOUNT)}'

Call a guarded route. Until the batch buffer (5 s) has passed since the last token, the answers bring none; then one does:

  call ${url}/demo/members_only

Five at once with one token. One answer brings the next token, the other four bring none:

  sleep 6; call --parallel --no-progress-meter '${url}/demo/slow?ms=300&n=[1-5]'

Stop with Ctrl+C.
`;
}

const HEADER_CLIENT = String.raw`A small client: it shows each answer and keeps the newest token, which Authorization holds together with client and uid.

  AUTH='Accept: */*'
  call() { ANSWER=$(curl -si -w '\n' -H "$AUTH" -H 'Content-Type: application/json' "$@" | tr -d '\r'); echo "$ANSWER"; NEXT=$(echo "$ANSWER" | grep -i -m1 '^authorization:') && AUTH=$NEXT; }`;

const COOKIE_CLIENT = String.raw`A small client: it shows each answer and keeps the newest cookie in a file.

  call() { curl -si -w '\n' -b cookies.txt -c cookies.txt -H 'Content-Type: application/json' "$@"; }`;
