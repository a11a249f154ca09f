// The life of a process that prints results: it ends once its output is written.

const interrupted = 130;
/** Time for the rest of the output after a signal that ended the program. */
const lastWritesMs = 1_000;

/**
 * Runs `main` and ends the process with its exit code, after stdout and stderr have been written: a pipe takes only
 * 64 KiB until its reader continues. A signal ends the wait with 130; after one that ended `main`, the wait is short. If the
 * reader of stdout closes the pipe, as `head` does, the process ends quietly: with 0 while `main` runs, and otherwise with its
 * code. Without a reader of stderr, it continues. If the output cannot be written for another reason, prints it and ends with 1.
 */
export async function runProcess(name: string, main: () => Promise<number>): Promise<never> {
  const state = { isDone: false, wasInterrupted: false };
  const streams = [process.stdout, process.stderr];
  for (const stream of streams)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') {
        process.stderr.write(`${name}: the output cannot be written: ${error.message}\n`);
        process.exit(1);
      } else if (!state.isDone && stream === process.stdout) process.exit(0);
    });
  // Programs stop by themselves at these signals.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => (state.isDone ? process.exit(interrupted) : (state.wasInterrupted = true)));
  const code = await main();
  state.isDone = true;
  process.once('SIGHUP', () => process.exit(interrupted));
  // oxlint-disable-next-line no-restricted-globals -- the process ends, and a clock would be a dependency of its own
  if (state.wasInterrupted) setTimeout(() => process.exit(code), lastWritesMs);
  await Promise.all(streams.map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
  process.exit(code);
}
