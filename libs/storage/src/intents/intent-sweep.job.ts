import { Injectable } from '@nestjs/common';
import { Scheduled } from '@kubarr/jobs';
import { asDatabaseError } from '@kubarr/platform/database';
import { StorageIntents } from './storage-intents.js';

/** Settles changes that a process left unfinished: after the start, then every 15 s. */
@Injectable()
export class IntentSweep {
  constructor(private readonly intents: StorageIntents) {}

  @Scheduled({ name: 'storage-intents', scope: 'local', everyMs: 15_000, startAfterMs: 1_000, timeoutMs: 60_000 })
  async run(signal?: AbortSignal): Promise<void> {
    if (this.intents.isRecovering) return; // the disk does not respond
    try {
      await this.intents.recover(signal);
    } catch (error) {
      if (!asDatabaseError(error)) throw error; // `DatabaseWatch` reports an outage
    }
  }
}
