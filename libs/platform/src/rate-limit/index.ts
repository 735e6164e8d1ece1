export { AttemptLimiter, type AttemptKey } from './attempt-limiter.js';
export { RateLimitModule } from './rate-limit.module.js';
