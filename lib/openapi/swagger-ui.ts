import type { SwaggerCustomOptions } from '@nestjs/swagger';

/** What the script below uses of Swagger UI. */
interface SwaggerUi {
  specSelectors: { specJson(): { toJS(): { components?: { securitySchemes?: Record<string, Scheme> } } } };
  authSelectors: { authorized(): { toJS(): Record<string, { value?: unknown } | undefined> } | undefined };
  authActions: {
    authorizeWithPersistOption(values: Record<string, { name: string; schema: Scheme; value: string }>): void;
    logoutWithPersistOption(names: string[]): void;
  };
}

interface Scheme {
  name?: string;
  'x-token-auth'?: { realm: string; carries: string; path?: string };
}

interface BrowserResponse {
  ok?: boolean;
  url?: string;
  headers?: Record<string, string>;
}

/**
 * Options for `SwaggerModule.setup()` with which the documentation page stays signed in: whatever answer brings a token, a
 * sign-in's too, fills in "Authorize", so that "Try it out" always sends the newest one. The page remembers it in the
 * browser's local storage; serve it to developers alone.
 *
 * @param options - your own; they come first, so a `responseInterceptor` among them takes the place of this one.
 */
export function tokenAuthSwaggerOptions(options: SwaggerCustomOptions = {}): SwaggerCustomOptions {
  return {
    ...options,
    swaggerOptions: {
      persistAuthorization: true,
      responseInterceptor: followTokens,
      ...options.swaggerOptions,
    },
  };
}

/**
 * Runs in the browser, where its text is sent to: it can use nothing but its parameter and what is global there. Without
 * functions inside that have names, of which some bundlers would make calls to helpers.
 */
function followTokens(response: BrowserResponse): BrowserResponse {
  const { ui } = globalThis as unknown as { ui?: SwaggerUi };
  const { url, headers } = response;
  if (ui === undefined || url === undefined || headers === undefined) return response;
  const schemes = Object.entries(ui.specSelectors.specJson().toJS().components?.securitySchemes ?? {});
  const authorized = ui.authSelectors.authorized()?.toJS() ?? {};
  const { pathname } = new URL(url, 'http://localhost');

  // Whose token it is: of the client that is signed in already, else of the endpoint, else of the first kind of users.
  let realm: string | undefined;
  let best = -1;
  for (const [key, { name = '', 'x-token-auth': mark }] of schemes) {
    if (mark?.carries !== 'client') continue;
    const client = headers[name.toLowerCase()];
    const isKnown = client !== undefined && client !== '' && authorized[key]?.value === client;
    const isBelow = mark.path !== undefined && `${pathname}/`.includes(`${mark.path}/`);
    const likelihood = isKnown ? Infinity : isBelow ? (mark.path?.length ?? 0) : 0;
    if (likelihood > best) [realm, best] = [mark.realm, likelihood];
  }

  const values: Record<string, { name: string; schema: Scheme; value: string }> = {};
  const names: string[] = [];
  for (const [key, schema] of schemes) {
    const { name = 'authorization', 'x-token-auth': mark } = schema;
    if (mark === undefined || mark.realm !== realm) continue;
    names.push(key);
    const isBearer = mark.carries === 'authorization';
    const value = headers[name.toLowerCase()];
    if (value === undefined || value === '' || (isBearer && authorized[key] === undefined)) continue;
    // Swagger UI writes the word itself.
    values[key] = { name: key, schema, value: schema.name === undefined ? value.replace(/^Bearer /, '') : value };
  }
  if (response.ok === true && pathname.endsWith('/sign_out')) ui.authActions.logoutWithPersistOption(names);
  else if (names.some((key) => key.endsWith('.access-token') && key in values)) {
    ui.authActions.authorizeWithPersistOption(values);
  }
  return response;
}
