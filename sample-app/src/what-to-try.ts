import type { Settings } from './settings/settings.js';
import type { TokenAuthSettings } from './settings/token-auth-settings.js';

const ACCOUNT = { email: 'ada@example.com', password: 'correct horse battery' };
const NEW_PASSWORD = { password: ACCOUNT.password, password_confirmation: ACCOUNT.password };

/** What the start prints: how to call the application from a shell. */
export function whatToTry(url: string, { auth: settings, isProduction, demoOidc }: Settings): string {
  const { path = 'auth', cookieEnabled = false, confirmable = false, batchRequestBufferThrottle = '5s' } = settings;
  const auth = `${url}/${path}`;
  const landing = `${url}/demo/landing`;
  const confirmation = confirmable ? { confirm_success_url: landing } : {};
  const signUp = JSON.stringify({ ...ACCOUNT, ...NEW_PASSWORD, name: 'Ada', ...confirmation });
  const buffer =
    typeof batchRequestBufferThrottle === 'number' ? `${batchRequestBufferThrottle} ms` : batchRequestBufferThrottle;
  return `
nestjs-token-auth is ready on ${url}

Open it in a browser, sign up, and watch tokens rotate.${isProduction ? '' : ` The API is described at ${url}/docs.`}

Or paste these lines into a shell, from top to bottom.

${cookieEnabled ? COOKIE_CLIENT : HEADER_CLIENT}
${isProduction ? '' : linkReader(url)}
Sign up (once)${confirmable ? ', confirm the address' : ''} and sign in. The answer carries the first token:

  call ${auth} -d '${signUp}'${confirmable && !isProduction ? '\n  call "$(newest_link)"' : ''}
  call ${auth}/sign_in -d '${JSON.stringify(ACCOUNT)}'

Call a guarded route. ${rotationOf(settings, buffer)}:

  call ${url}/demo/members_only

Five at once with one token, after the batch has closed (${buffer}). ${batchOf(settings)}:

  sleep 6; call --parallel --no-progress-meter '${url}/demo/slow?ms=300&n=[1-5]'

Sign out:

  call -X DELETE ${auth}/sign_out -d '{}'
${isProduction ? '' : passwordReset(auth, landing)}${demoOidc ? byProvider(auth, landing) : ''}
Signing in with the codes of an authenticator: "Try a second factor" in README.md.

Stop with Ctrl+C.
`;
}

/** Finds the links of mails, which this demo shows. */
const linkReader = (url: string) => String.raw`
  newest_link() { curl -s '${url}/demo/mails?to=${ACCOUNT.email}' | grep -o 'http[^\"]*' | tail -n 1; }
`;

const passwordReset = (auth: string, landing: string) => String.raw`
Forgot the password? A mail brings a link, the link leads to a page with a token, and the page sets a new password:

  call ${auth}/password -d '${JSON.stringify({ email: ACCOUNT.email, redirect_url: landing })}'
  TOKEN=$(curl -si "$(newest_link)" | grep -om1 'reset_password_token=[^&[:space:]]*' | cut -d = -f 2)
  call -X PUT ${auth}/password -d '${JSON.stringify(NEW_PASSWORD).replace('{', `{"reset_password_token":"'"$TOKEN"'",`)}'
`;

const byProvider = (auth: string, landing: string) => `
Sign in by an OpenID provider, which this demo starts itself and which asks nobody anything. Open it in a browser, or:

  curl -sL -b demo.txt -c demo.txt '${auth}/demo?auth_origin_url=${landing}'
`;

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
