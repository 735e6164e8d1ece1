import { Global, Module } from '@nestjs/common';
import { Refusals } from './refusals.js';
import { UpgradeDispatcher } from './upgrade-dispatcher.js';

@Global()
@Module({ providers: [Refusals, UpgradeDispatcher], exports: [Refusals, UpgradeDispatcher] })
export class HttpModule {}
