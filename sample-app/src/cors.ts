import type { TokenAuthSettings } from './settings/token-auth-settings.js';

const AUTH_HEADERS = ['access-token', 'token-type', 'client', 'expiry', 'uid', 'Authorization'];

/**
 * Lets the pages of every site call this demo unless it is told which. A real application names the origins that it
 * trusts.
 */
export function corsFor({ cookieEnabled = false, trustedOrigins }: TokenAuthSettings) {
  return {
    origin: trustedOrigins === undefined ? true : [...trustedOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [...AUTH_HEADERS, 'Content-Type', 'If-Modified-Since'],
    exposedHeaders: AUTH_HEADERS,
    credentials: cookieEnabled,
  };
}
