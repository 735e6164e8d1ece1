export { backOff } from './back-off.js';
export { settleWithin } from './settle-within.js';
