export { signInAs } from './sign-in-as.js';
export type { TokenAuthApp } from './sign-in-as.js';
export { TestClock } from './test-clock.js';
