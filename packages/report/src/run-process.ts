// The life of a process that prints results: it ends once its output is written.

const interrupted = 130;

/**
 * Runs `main` and ends the process with its exit code, after stdout and stderr have been written: a pipe takes only
 * 64 KiB until its reader continues. A signal ends the wait, with 130. If the reader closes the pipe, as `head` does, the
 * process ends quietly: with 0 while `main` runs, and otherwise with its code. If the output cannot be written for
 * another reason, prints it and ends with 1.
 */
export async function runProcess(name: string, main: () => Promise<number>): Promise<never> {
  let isDone = false;
  const streams = [process.stdout, process.stderr];
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') {
      process.stderr.write(`${name}: the output cannot be written: ${error.message}\n`);
      process.exit(1);
    } else if (!isDone) process.exit(0);
  };
  for (const stream of streams) stream.on('error', onError);
  const code = await main();
  isDone = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(interrupted));
  await Promise.all(streams.map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
  process.exit(code);
}
