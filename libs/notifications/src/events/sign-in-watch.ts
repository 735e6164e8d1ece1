import { Injectable } from '@nestjs/common';
import { Alerts } from '@kubarr/alerts';
import { type AuditFact, AuditFacts } from '@kubarr/audit';
import { type EntityManager } from 'typeorm';
import { SignInAlerts } from '../notifications.alerts.js';

/** Failed sign-ins with one name or from one address that raise an alert, and the minutes they are counted over. */
const FAILED_SIGN_IN_ALERT = { failures: 10, minutes: 15 };

/** Names and addresses checked in one batch, so that an attack does not keep the database busy. */
const MAX_CHECKS = 20;

/** Raises alerts for patterns over several sign-ins in the audit log. */
@Injectable()
export class SignInWatch {
  /** Audit actions that the patterns are made of. */
  readonly actions: readonly string[] = ['login', 'login_failed'];

  constructor(
    private readonly facts: AuditFacts,
    private readonly alerts: Alerts,
  ) {}

  /** @param facts New entries, oldest first. */
  async check(transaction: EntityManager, facts: readonly AuditFact[]): Promise<void> {
    await this.checkAddresses(transaction, facts);
    await this.checkFailures(transaction, facts);
  }

  private async checkAddresses(transaction: EntityManager, facts: readonly AuditFact[]): Promise<void> {
    for (const { id, action, userId, address, failure } of facts) {
      if (action !== 'login' || failure !== null || userId === null || address === null) continue;
      const before = await this.facts.signInsBefore(transaction, userId, address, id);
      if (before.fromAddress || !before.atAll) continue;
      await this.alerts.raise(transaction, {
        type: SignInAlerts.newAddress,
        message: `Your account was signed in to from ${address} for the first time. If it was not you, change your password and end the session.`,
        userId,
        subject: `${userId} ${address}`,
      });
    }
  }

  private async checkFailures(transaction: EntityManager, facts: readonly AuditFact[]): Promise<void> {
    const { failures, minutes } = FAILED_SIGN_IN_ALERT;
    const attempts = new Map(
      facts
        .filter(({ action }) => action === 'login_failed')
        .map(({ username, address }) => [JSON.stringify([username, address]), { username, address }]),
    );
    for (const attempt of [...attempts.values()].slice(0, MAX_CHECKS)) {
      const { withName, fromAddress } = await this.facts.failedSignIns(transaction, attempt, minutes);
      const name = attempt.username ?? '';
      const { address } = attempt;
      if (withName >= failures)
        await this.raiseFailures(transaction, withName, `with the name “${name}”`, `name ${name}`);
      if (fromAddress >= failures)
        await this.raiseFailures(transaction, fromAddress, `from ${address}`, `address ${address}`);
    }
  }

  private async raiseFailures(transaction: EntityManager, count: number, how: string, subject: string): Promise<void> {
    await this.alerts.raise(transaction, {
      type: SignInAlerts.manyFailures,
      message: `${count} sign-ins failed ${how} within ${FAILED_SIGN_IN_ALERT.minutes} minutes. Further ones are slowed down; the audit log has the details.`,
      subject,
    });
  }
}
