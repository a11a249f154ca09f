// Polling for conditions in other processes.

/**
 * Polls until `check` returns a value other than undefined. After `timeoutMs`, throws an error with `what` and the last
 * error. The default is shorter than mocha's limit for a test, and long enough for a machine with other work.
 */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 50_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let problem = '';
  while (performance.now() < deadline) {
    try {
      const value = await check();
      if (value !== undefined) return value;
    } catch (error) {
      problem = `: ${String(error)}`;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}${problem}`);
}
