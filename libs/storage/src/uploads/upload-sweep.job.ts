import { Injectable } from '@nestjs/common';
import { Scheduled } from '@kubarr/jobs';
import { Log } from '@kubarr/platform/telemetry';
import { Uploads } from './uploads.service.js';

/** Removes expired uploads and their part files. */
@Injectable()
export class UploadSweep {
  constructor(
    private readonly uploads: Uploads,
    private readonly log: Log,
  ) {}

  @Scheduled({ name: 'storage-uploads', everyMs: 3_600_000, timeoutMs: 600_000 })
  async run(signal?: AbortSignal): Promise<void> {
    const { removed, failures } = await this.uploads.deleteExpired(signal);
    if (removed > 0) this.log.info('Removed old uploads', { removed });
    const [first] = failures;
    if (first) this.log.warn('Could not remove old uploads', { left: failures.length, reason: first.message });
  }
}
