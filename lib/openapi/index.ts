export { describeTokenAuth } from './describe-token-auth.js';
export { tokenAuthSwaggerOptions } from './swagger-ui.js';
