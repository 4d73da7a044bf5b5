export { attachTokenAuth } from './attach-token-auth.js';
