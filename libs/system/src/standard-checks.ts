import { Injectable } from '@nestjs/common';
import { DatabaseConnection, ReplicaBus } from '@kubarr/platform/database';
import { HealthRegistry } from '@kubarr/platform/health';
import { DataSource } from 'typeorm';

/** What every process needs: the database, its schema, and word of changes made elsewhere. */
@Injectable()
export class StandardChecks {
  constructor(registry: HealthRegistry, connection: DatabaseConnection, bus: ReplicaBus, dataSource: DataSource) {
    registry.register({
      name: 'database',
      isCritical: true,
      check: async () => {
        connection.assertReady();
        await dataSource.query('SELECT 1');
        return undefined;
      },
    });
    registry.register({
      name: 'migrations',
      isCritical: true,
      check: () => {
        connection.assertReady();
        return undefined;
      },
    });
    registry.register({
      name: 'listener',
      isCritical: true,
      check: () => {
        if (!bus.isListening) throw new Error('changes made by other replicas are not heard; waiting for the database');
        return undefined;
      },
    });
  }
}
