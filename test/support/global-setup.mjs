import '@swc-node/register/esm-register';

/** Jest runs this once per run, whichever projects need a database; the workers inherit the environment. */
export default async function globalSetup() {
  const { startTestServer } = await import('./test-server.ts');
  const { stop, ...server } = await startTestServer();
  process.env.KUBARR_TEST_SERVER = JSON.stringify(server);
  globalThis.stopKubarrTestServer = stop;
}
