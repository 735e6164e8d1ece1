import { Global, Module } from '@nestjs/common';
import { AttemptLimiter } from './attempt-limiter.js';

@Global()
@Module({ providers: [AttemptLimiter], exports: [AttemptLimiter] })
export class RateLimitModule {}
