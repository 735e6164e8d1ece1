import { Injectable } from '@nestjs/common';
import { ClusterConfig } from '@kubarr/kubernetes';
import { type SocketRoute, UpgradeDispatcher } from '@kubarr/platform/http';
import { DatabaseConnection } from '@kubarr/platform/database';
import { type WebSocket } from 'ws';
import { SETUP_COOKIE } from './setup-access.js';
import { SetupGuard } from './setup.guard.js';
import { type ComponentsStartResponse, type ComponentsResponse, type ComponentResponse } from './setup.dto.js';
import { UnknownComponent } from './setup.errors.js';

/** Components that live in a cluster, in the order of the wizard. */
const CLUSTER_COMPONENTS = [
  { component: 'victoriametrics', display_name: 'VictoriaMetrics' },
  { component: 'victorialogs', display_name: 'VictoriaLogs' },
  { component: 'fluent-bit', display_name: 'Fluent Bit' },
];

/**
 * The system components in the setup wizard. PostgreSQL is healthy once the database answers. The components of a
 * cluster are skipped: the wizard has no state for that, so they are healthy, with a message that says so.
 */
@Injectable()
export class SystemComponents implements SocketRoute {
  readonly path = '/api/setup/bootstrap/ws';
  readonly limit = 20;
  private readonly listeners = new Set<WebSocket>();

  constructor(
    private readonly cluster: ClusterConfig,
    private readonly connection: DatabaseConnection,
    private readonly guard: SetupGuard,
    dispatcher: UpgradeDispatcher,
  ) {
    dispatcher.register(this);
    connection.onReady(() => this.sendDatabaseReady());
  }

  status(): ComponentsResponse {
    const components = [this.database(), ...CLUSTER_COMPONENTS.map((entry) => this.skipped(entry))];
    return { components, complete: components.every((entry) => entry.status === 'healthy'), started: true };
  }

  start(): ComponentsStartResponse {
    const { complete } = this.status();
    return complete
      ? { message: 'Everything is in place', started: false }
      : { message: 'Waiting for the database', started: true };
  }

  retry(component: string): ComponentsStartResponse {
    if (!this.status().components.some((entry) => entry.component === component)) throw new UnknownComponent();
    return this.start();
  }

  authorize(cookies: Readonly<Record<string, string | undefined>>): Promise<void> {
    return this.guard.assertOpen(cookies[SETUP_COOKIE]);
  }

  opened(socket: WebSocket): void {
    this.listeners.add(socket);
    socket.on('close', () => this.listeners.delete(socket));
    const { components, complete } = this.status();
    send(socket, { type: 'initial_status', components, complete });
    for (const { component, display_name, status } of components) {
      if (status === 'installing')
        send(socket, { type: 'component_started', component, message: `Waiting for ${display_name}` });
    }
    if (complete) send(socket, COMPLETE);
  }

  private sendDatabaseReady(): void {
    for (const socket of this.listeners) {
      send(socket, { type: 'component_completed', component: 'postgresql', message: 'Ready' });
      send(socket, { type: 'database_connected', message: 'The database is connected' });
      send(socket, COMPLETE);
    }
  }

  private database(): ComponentResponse {
    const isReady = this.connection.isReady;
    return {
      component: 'postgresql',
      display_name: 'PostgreSQL',
      status: isReady ? 'healthy' : 'installing',
      message: isReady ? 'Ready' : 'Waiting for the database to answer',
      error: null,
    };
  }

  private skipped(entry: { component: string; display_name: string }): ComponentResponse {
    const hasCluster = this.cluster.inCluster || this.cluster.kubeconfig !== undefined;
    const message = hasCluster ? 'Skipped: install it into the cluster yourself' : 'Skipped: no cluster is connected';
    return { ...entry, status: 'healthy', message, error: null };
  }
}

const COMPLETE = { type: 'bootstrap_complete', message: 'Everything is in place' };

function send(socket: WebSocket, event: object): void {
  socket.send(JSON.stringify(event), () => undefined); // the socket may be closed
}
