import { type Config } from '@kubarr/platform/config';
import { createLogger, BuildConfig, LogConfig } from '@kubarr/platform/telemetry';
import { RunningServer } from '../lifecycle/running-server.js';
import { ClusterConfig } from '@kubarr/kubernetes';

/** Longest time that stopping may take before the process ends anyway, in milliseconds; pods are given 30 s. */
const STOP_WITHIN_MS = 25_000;

/** Serves until Ctrl-C or SIGTERM. A second signal changes nothing: npm and the terminal both send one. */
export async function serve(config: Config): Promise<0> {
  process.stdout.on('error', () => undefined); // a closed pipe does not stop the server
  const log = createLogger(config.get(LogConfig));
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  const server = await RunningServer.start(config, log);
  void server.startupFacts().then(
    (facts) =>
      announce(
        config,
        facts,
        (text) => console.log(text),
        (fields) => log.info('Kubarr is running', fields),
      ),
    (error: unknown) => log.error('The start is not complete', { error }),
  );
  await stopped;
  setTimeout(() => {
    log.error('Stopping took too long; the process ends now');
    process.exit(1);
  }, STOP_WITHIN_MS).unref();
  await server.stop();
  return 0;
}

interface StartupFacts {
  readonly address: string;
  readonly stateDirectory: string;
  readonly setupAddress?: string;
}

/** One short block for people; one line where logs are collected. */
function announce(
  config: Config,
  { address, stateDirectory, setupAddress }: StartupFacts,
  print: (text: string) => void,
  logFields: (fields: Record<string, unknown>) => void,
): void {
  const log = config.get(LogConfig);
  const cluster = config.get(ClusterConfig);
  const build = config.get(BuildConfig);
  if (log.format === 'json' || cluster.inCluster) {
    logFields({ address, stateDirectory, setupAddress });
    return;
  }
  const lines = [
    `Kubarr ${build.version} is running`,
    `  address          ${address}`,
    `  state directory  ${stateDirectory}`,
    ...(setupAddress === undefined ? [] : [`  setup            ${setupAddress}`]),
  ];
  print(`\n${lines.join('\n')}\n`);
}
