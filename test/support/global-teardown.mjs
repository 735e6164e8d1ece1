/** Ends what global-setup.mjs started; Jest runs both in the same process. */
export default async function globalTeardown() {
  await globalThis.stopKubarrTestServer?.();
}
