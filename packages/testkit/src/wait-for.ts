// Polling for conditions in other processes.

/** Pause between two checks, in ms: short at first, then a twentieth of the time waited, because checks cost CPU time. */
const pauseAfter = (waitedMs: number): number => Math.min(200, Math.max(20, waitedMs / 20));

/**
 * Polls until `check` returns a value other than undefined. After `timeoutMs`, throws an error with `what` and the last
 * error. The default is shorter than mocha's limit for a test, and long enough for a machine with other work.
 */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 50_000,
): Promise<T> {
  const since = performance.now();
  let problem = '';
  while (performance.now() < since + timeoutMs) {
    try {
      const value = await check();
      if (value !== undefined) return value;
    } catch (error) {
      problem = `: ${String(error)}`;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseAfter(performance.now() - since)));
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}${problem}`);
}
