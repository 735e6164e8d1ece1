export { type BackOff, backOffMs } from './back-off.js';
export { settleWithin } from './settle-within.js';
export { withTimeout } from './with-timeout.js';
