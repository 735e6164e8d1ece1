/** Longest wait for something that must happen, in milliseconds. Long: it only bounds a test that fails; less than caches keep. */
const PATIENCE_MS = 30_000;

/** What `reaches` hands over: the value without what means "not yet". */
export type Reached<Value> = Exclude<Value, false | null | undefined>;

/** Waits until `read` answers something that is neither empty nor false, and hands it over. @throws when it takes longer. */
export async function reaches<Value>(
  read: () => Value | Promise<Value>,
  patienceMs = PATIENCE_MS,
): Promise<Reached<Value>> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const value = await read();
    if (value) return value as Reached<Value>;
    if (performance.now() > deadline) throw new Error(`it did not happen within ${patienceMs} ms: ${read.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
