import { Injectable } from '@nestjs/common';
import { Scheduled } from '@kubarr/jobs';
import { deleteInBatches } from '@kubarr/platform/database';
import { AttemptLimiter } from '@kubarr/platform/rate-limit';
import { DataSource } from 'typeorm';

/** Deletes expired challenges and counts of failed attempts, which nothing reads any more. */
@Injectable()
export class SignInCleanup {
  constructor(
    private readonly dataSource: DataSource,
    private readonly limiter: AttemptLimiter,
  ) {}

  @Scheduled({ name: 'sign-in-cleanup', everyMs: 3_600_000, timeoutMs: 60_000 })
  async run(signal?: AbortSignal): Promise<void> {
    await deleteInBatches(this.dataSource, { table: 'sign_in_challenges', where: 'expires_at < now()' }, signal);
    await this.limiter.deleteExpired(signal);
  }
}
