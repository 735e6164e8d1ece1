import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';

/** Longest wait for one check, in milliseconds: a readiness probe itself gives up after 3 s. */
const CHECK_TIMEOUT_MS = 1_000;

/** Who runs checks: the running server for readiness and metrics, or the command `kubarr doctor`. */
export type HealthReader = 'server' | 'doctor';

/** One part of the system that can fail. */
export interface HealthCheck {
  readonly name: string;
  /** A critical part that fails makes the process unready. Another part that fails makes it degraded. */
  readonly isCritical: boolean;
  /** Set when only one of them can run the check; both do otherwise. */
  readonly reader?: HealthReader;
  /** Throws, with a sentence that says what to do, when the part fails. */
  check(): Promise<void> | void;
  /**
   * What an operator wants to know about a part that works. Only the doctor prints it: anyone can read the readiness.
   * Throws like `check`.
   */
  describe?(): Promise<string> | string;
}

export interface HealthReport {
  readonly name: string;
  readonly isCritical: boolean;
  readonly status: 'up' | 'degraded' | 'down';
  /** What is wrong and what to do, or a description, or `ok`. */
  readonly message: string;
}

/** Every area registers what it depends on. Readiness, metrics and `kubarr doctor` read this one list. */
@Injectable()
export class HealthRegistry {
  private readonly checks: HealthCheck[] = [];
  /** Checks under way: one that hangs is waited for again, not started again. */
  private readonly running = new Map<HealthCheck, Promise<string>>();

  constructor(private readonly indicators: HealthIndicatorService) {}

  register(check: HealthCheck): void {
    this.checks.push(check);
  }

  /** Runs all checks of a reader at once, in the order of registration. One that takes longer than 1 s has failed. */
  run(reader: HealthReader = 'server'): Promise<HealthReport[]> {
    const checks = this.checks.filter((check) => (check.reader ?? reader) === reader);
    return Promise.all(checks.map((check) => this.report(check, reader)));
  }

  private async report(check: HealthCheck, reader: HealthReader): Promise<HealthReport> {
    const { name, isCritical } = check;
    const attempt = this.indicators.check(name).attempt(async () => ({ message: await this.runOnce(check, reader) }));
    const { [name]: result } = await attempt.withTimeout(CHECK_TIMEOUT_MS);
    const failed = isCritical ? ('down' as const) : ('degraded' as const);
    const message = (result as { message?: string } | undefined)?.message ?? '';
    return { name, isCritical, status: result?.status === 'up' ? 'up' : failed, message };
  }

  private runOnce(check: HealthCheck, reader: HealthReader): Promise<string> {
    const underWay = this.running.get(check);
    if (underWay) return underWay;
    const started = Promise.resolve()
      .then(() => check.check())
      .then(async () => (reader === 'doctor' ? await check.describe?.() : undefined) ?? 'ok')
      .finally(() => this.running.delete(check));
    this.running.set(check, started);
    return started;
  }
}
