import { Injectable } from '@nestjs/common';
import { withTimeout } from '../timing/index.js';

/** Longest wait for one check, in milliseconds: a readiness probe itself gives up after 3 s. */
const CHECK_TIMEOUT_MS = 1_000;

export interface HealthCheck {
  readonly name: string;
  /** Whether a failure makes the process unready, so that it receives no requests. Other failures are only reported. */
  readonly isCritical: boolean;
  /** Throws when unhealthy, with a message that says what to do. May return a message when healthy. */
  check(): Promise<string | undefined> | string | undefined;
}

export interface HealthReport {
  readonly name: string;
  readonly isCritical: boolean;
  readonly isHealthy: boolean;
  /** For people: the state, or the failure and what to do. */
  readonly message: string;
}

/** The health checks of all areas. Readiness, `kubarr doctor` and the system screen run them. */
@Injectable()
export class HealthRegistry {
  private readonly checks: HealthCheck[] = [];

  register(check: HealthCheck): void {
    this.checks.push(check);
  }

  /** Runs all checks concurrently and reports in the order of registration. A check that hangs is unhealthy. */
  run(): Promise<HealthReport[]> {
    return Promise.all(this.checks.map((check) => report(check)));
  }
}

async function report(check: HealthCheck): Promise<HealthReport> {
  const { name, isCritical } = check;
  try {
    const message = await withTimeout(
      CHECK_TIMEOUT_MS,
      (async () => check.check())(),
      () => new Error(`did not answer within ${CHECK_TIMEOUT_MS} ms`),
    );
    return { name, isCritical, isHealthy: true, message: message ?? 'ok' };
  } catch (error) {
    return { name, isCritical, isHealthy: false, message: error instanceof Error ? error.message : String(error) };
  }
}
