import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { BuildConfig } from '@kubarr/platform/config';
import { HealthRegistry } from '@kubarr/platform/health';
import { Installation } from '@kubarr/setup';
import { type Readiness, type SystemHealth, type VersionInfo } from './system.dto.js';
import { NotReady } from './system.errors.js';

/** How the process itself is. */
@Injectable()
export class SystemService {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly installation: Installation,
    private readonly build: BuildConfig,
  ) {}

  /** @throws NotReady naming every critical part that is unwell. Other parts are reported, but fail nothing. */
  async readiness(): Promise<Readiness> {
    const reports = await this.registry.run();
    const checks = reports.map(({ name, isCritical, isHealthy, message }) => () => {
      const indicator = this.indicators.check(name);
      return isHealthy || !isCritical ? indicator.up({ message }) : indicator.down({ message });
    });
    try {
      const { status, details } = await this.terminus.check(checks);
      return { status, details };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      throw new NotReady(
        reports
          .filter((part) => part.isCritical && !part.isHealthy)
          .map(({ name, message }) => ({ path: name, message })),
      );
    }
  }

  /** Never fails: while the database is away nobody is sent to the set-up. */
  async health(): Promise<SystemHealth> {
    const setupRequired = await this.installation.isSetupRequired();
    const isReady = !setupRequired && !this.installation.isDatabasePending;
    return { status: 'ok', ready: isReady, setup_required: setupRequired };
  }

  version(): VersionInfo {
    const { version, channel, commit, builtAt } = this.build;
    return { version, channel, commit_hash: commit, build_time: builtAt, backend: 'node' };
  }
}
