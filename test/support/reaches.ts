/** Longest wait for something that must happen, in milliseconds. Generous: it only bounds a test that fails. */
const PATIENCE_MS = 30_000;

/** Waits until `read` answers something that is neither empty nor false, and hands it over. @throws after 30 s. */
export async function reaches<Value>(read: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`it did not happen within ${PATIENCE_MS} ms: ${read.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
