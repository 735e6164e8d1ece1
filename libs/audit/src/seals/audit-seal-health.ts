import { Injectable } from '@nestjs/common';
import { DatabaseConnection } from '@kubarr/platform/database';
import { HealthRegistry } from '@kubarr/platform/health';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, Repository } from 'typeorm';
import { AuditSeal } from './audit-seal.entity.js';

/** SQLSTATE of a table that does not exist. */
const UNDEFINED_TABLE = '42P01';

/**
 * Prints the newest seal, so that a person can keep a copy elsewhere: seals and entries that are deleted together are
 * then noticed.
 */
@Injectable()
export class AuditSealHealth {
  constructor(
    registry: HealthRegistry,
    connection: DatabaseConnection,
    @InjectRepository(AuditSeal) private readonly seals: Repository<AuditSeal>,
  ) {
    registry.register({
      name: 'audit seal',
      isCritical: false,
      reader: 'doctor',
      check: () => connection.assertReady(),
      describe: () => this.describeNewest(),
    });
  }

  private async describeNewest(): Promise<string> {
    try {
      const [newest] = await this.seals.find({ where: { seal: Not(IsNull()) }, order: { day: 'DESC' }, take: 1 });
      if (newest) return `${newest.day} ${newest.seal}; keep a copy elsewhere`;
      return 'none yet; the first seal is made when the first day is over';
    } catch (error) {
      if ((error as { code?: string }).code === UNDEFINED_TABLE) return 'none yet; the schema is still to come';
      throw error;
    }
  }
}
