// Lines that show the progress of a long test.

/** Runs one step of a test, and prints its title and how long it took. */
export async function progress<T>(title: string, work: () => Promise<T>): Promise<T> {
  const since = performance.now();
  const result = await work();
  process.stdout.write(`      ${title} (${((performance.now() - since) / 1000).toFixed(1)} s)\n`);
  return result;
}
