/** Longest answer of a provider, in bytes: descriptions, keys and tokens are a few KiB. */
const LONGEST_ANSWER = 1_048_576;

type FetchOptions = NonNullable<Parameters<typeof fetch>[1]>;

/**
 * `fetch` for what providers answer: an answer without end would fill the memory long before its time is over.
 *
 * @throws Error when the answer is longer than 1 MiB, or as `fetch`.
 */
export async function fetchFromProvider(url: string, options: FetchOptions): Promise<Response> {
  const { body, status, statusText, headers } = await fetch(url, options);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) throw new Error(`a provider's answer is longer than ${LONGEST_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return new Response(length > 0 ? Buffer.concat(chunks) : null, { status, statusText, headers });
}
