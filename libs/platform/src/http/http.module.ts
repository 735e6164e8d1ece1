import { Global, Module } from '@nestjs/common';
import { FailureLimiter } from './failure-limiter.js';
import { UpgradeDispatcher } from './upgrade-dispatcher.js';

@Global()
@Module({ providers: [FailureLimiter, UpgradeDispatcher], exports: [FailureLimiter, UpgradeDispatcher] })
export class HttpModule {}
