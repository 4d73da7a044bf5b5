export { tokenAuthInterceptor } from './token-auth-interceptor.js';
