import { Injectable } from '@nestjs/common';

/** Longest wait for one check, in milliseconds: a readiness probe itself gives up after 3 s. */
const CHECK_TIMEOUT_MS = 1_000;

/** One thing that can be well or unwell. */
export interface HealthCheck {
  readonly name: string;
  /** Unwell means: do not send requests here. Others are only reported. */
  readonly isCritical: boolean;
  /** Throws, with a sentence that says what to do, when it is unwell. May answer a sentence about being well. */
  check(): Promise<string | undefined> | string | undefined;
}

export interface HealthReport {
  readonly name: string;
  readonly isCritical: boolean;
  readonly isHealthy: boolean;
  /** For people: what is wrong and what to do, or how it is. */
  readonly message: string;
}

/** Where areas register what they need; readiness, doctor and the system screen all read it. */
@Injectable()
export class HealthRegistry {
  private readonly checks: HealthCheck[] = [];

  register(check: HealthCheck): void {
    this.checks.push(check);
  }

  /** Runs all checks at once, in the order of registration; one that hangs counts as unwell. */
  run(): Promise<HealthReport[]> {
    return Promise.all(this.checks.map((check) => report(check)));
  }
}

async function report(check: HealthCheck): Promise<HealthReport> {
  const { name, isCritical } = check;
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    const message = await Promise.race([Promise.resolve().then(() => check.check()), tooSlow]);
    return { name, isCritical, isHealthy: true, message: message ?? 'ok' };
  } catch (error) {
    return { name, isCritical, isHealthy: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
