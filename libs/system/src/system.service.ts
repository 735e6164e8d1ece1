import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import { BuildConfig } from '@kubarr/platform/telemetry';
import { HealthRegistry } from '@kubarr/platform/health';
import { Installation } from '@kubarr/setup';
import { type ReadinessResponse, type SystemHealthResponse, type VersionResponse } from './system.dto.js';
import { NotReady } from './system.errors.js';

/** Readiness, setup state and version of this process. */
@Injectable()
export class SystemService {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly terminus: HealthCheckService,
    private readonly installation: Installation,
    private readonly build: BuildConfig,
  ) {}

  /** @throws NotReady naming every critical part that has failed. Another part that has failed is answered as degraded. */
  async readiness(): Promise<ReadinessResponse> {
    const reports = await this.registry.run();
    const indicators = reports.map(({ name, status, message }) => () => ({ [name]: { status, message } }));
    try {
      const { status, details } = await this.terminus.check(indicators);
      return { status, details };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const failed = reports.filter(({ status }) => status === 'down');
      throw new NotReady(failed.map(({ name, message }) => ({ path: name, message })));
    }
  }

  /** Never fails: while the database is down, clients are not redirected to the setup. */
  async health(): Promise<SystemHealthResponse> {
    const setupRequired = await this.installation.isSetupRequired();
    const isReady = !setupRequired && !this.installation.isDatabasePending;
    return { status: 'ok', ready: isReady, setup_required: setupRequired };
  }

  version(): VersionResponse {
    const { version, channel, commit, builtAt } = this.build;
    return { version, channel, commit_hash: commit, build_time: builtAt, backend: 'node' };
  }
}
