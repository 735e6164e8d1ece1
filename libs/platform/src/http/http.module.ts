import { Global, Module } from '@nestjs/common';
import { FailureLimiter } from './failure-limiter.js';
import { Refusals } from './refusals.js';
import { UpgradeDispatcher } from './upgrade-dispatcher.js';

@Global()
@Module({
  providers: [FailureLimiter, Refusals, UpgradeDispatcher],
  exports: [FailureLimiter, Refusals, UpgradeDispatcher],
})
export class HttpModule {}
