// Polling for conditions in other processes.

/** Pass it to `waitFor` for a condition that holds only for a moment. */
export const briefPauseMs = 20;

/**
 * Polls until `check` returns a value other than undefined. After `timeoutMs`, throws an error with `what` and the last
 * error. The default is shorter than mocha's limit for a test, and long enough for a machine with other work. The longer
 * it waits, the longer are the pauses, up to `maxPauseMs`: each poll takes CPU from the process that it waits for.
 */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 50_000,
  maxPauseMs = 100,
): Promise<T> {
  const startedAt = performance.now();
  let problem = '';
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs = performance.now() - startedAt) {
    try {
      const value = await check();
      if (value !== undefined) return value;
    } catch (error) {
      problem = `: ${String(error)}`;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(waitedMs / 8, 10), maxPauseMs)));
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}${problem}`);
}
