export { useTokenAuth } from './use-token-auth.js';
export type { TokenAuthState } from './use-token-auth.js';
