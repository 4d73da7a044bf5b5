import type { TokenAuthSettings } from './settings/token-auth-settings.js';

const AUTH_HEADERS = ['access-token', 'token-type', 'client', 'expiry', 'uid', 'Authorization'];

/** Lets the pages of every site call this demo. A real application names the origins that it trusts. */
export function corsFor({ cookieEnabled = false }: TokenAuthSettings) {
  return {
    origin: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [...AUTH_HEADERS, 'Content-Type', 'If-Modified-Since'],
    exposedHeaders: AUTH_HEADERS,
    credentials: cookieEnabled,
  };
}
