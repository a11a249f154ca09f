// A process that handles models and data sets, which may be larger or stranger than expected, within limits on memory and
// time.

import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { milliseconds, ParetoError, publicText, type Clock } from '@pareto/core';
import { isOutOfMemory, type Isolation } from '@pareto/isolation';
import { maxReplyBytes, type Job, type JobReply } from './job-protocol.js';

export interface ModelProcess extends Disposable {
  /** Memory limit in addition to that of an empty process. */
  readonly memoryBytes: number;
  /** Whether the process has ended, or is being killed. */
  readonly isEnded: boolean;
  /**
   * Runs a job, one at a time. Throws the ParetoError of the job, `resource-exhausted` if the memory limit was too low or
   * the disk is full (for which `isDiskFull` returns true), `deadline-exceeded`, `cancelled`, and `internal` if the
   * process failed otherwise. After the last four errors the process has ended.
   */
  run<Result>(job: Job, limits: JobLimits): Promise<Result>;
}

export interface JobLimits {
  /** Names the job in errors, e.g. `reading the model`. */
  readonly what: string;
  readonly timeoutMs: number;
  /** Advice in the error if a limit is too low, e.g. `use fewer samples`. */
  readonly advice?: string;
  readonly signal?: AbortSignal | undefined;
  /** Folders of this machine that errors may name. */
  readonly paths: readonly string[];
}

export interface ModelProcessOptions {
  /** Path of a script that calls `serveJobs`. */
  readonly script: string;
  readonly memoryBytes: number;
  readonly isolation: Isolation;
  readonly clock: Clock;
}

/** Memory that an empty process maps. */
const emptyBytes = 64 * 2 ** 20;
const stderrKept = 20_000;

/** The way in which a process ended. */
type Exit =
  | { readonly kind: 'not-started'; readonly error: Error }
  | { readonly kind: 'exited'; readonly status: number | null; readonly signal: NodeJS.Signals | null };

export function startModelProcess({ script, memoryBytes, isolation, clock }: ModelProcessOptions): ModelProcess {
  const mebibytes = Math.max(16, Math.floor(memoryBytes / 2 ** 20));
  const isolated = isolation.start({
    script,
    nodeFlags: [`--max-old-space-size=${mebibytes}`, '--no-warnings'],
    stdio: ['pipe', 'pipe', 'pipe'],
    dataBytes: Math.floor(memoryBytes) + emptyBytes,
  });
  const { child } = isolated;
  let killedFor: ParetoError | undefined;
  let isEnded = false;
  const kill = (error: ParetoError): void => {
    killedFor ??= error;
    isEnded = true;
    child.kill('SIGKILL');
  };
  const exit = new Promise<Exit>((resolve) => {
    child.on('error', (error) => resolve({ kind: 'not-started', error }));
    child.on('close', (status, signal) => resolve({ kind: 'exited', status, signal }));
  });
  void exit.then(() => (isEnded = true));
  child.stdin?.on('error', () => undefined); // The end of the process is reported instead.
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-stderrKept)));
  const nextLine = readLines(child.stdout, () =>
    kill(new ParetoError('internal', 'the reply of a process is too long')),
  );

  async function run<Result>(job: Job, { what, timeoutMs, advice, signal, paths }: JobLimits): Promise<Result> {
    signal?.throwIfAborted();
    const hint = advice === undefined ? '' : `: ${advice}`;
    const onAbort = (): void => kill(new ParetoError('cancelled', `${what} was cancelled`));
    signal?.addEventListener('abort', onAbort, { once: true });
    using _timer = clock.after(milliseconds(timeoutMs), () =>
      kill(new ParetoError('deadline-exceeded', `${what} took longer than ${timeoutMs / 1000} s${hint}`)),
    );
    try {
      if (job.folder !== undefined) await isolated.grantFolder(job.folder);
      const reply = nextLine();
      child.stdin?.write(`${JSON.stringify(job)}\n`);
      const ending = await Promise.race([reply, exit]);
      if (killedFor !== undefined) throw killedFor;
      if (typeof ending !== 'string') {
        const limit = `${Math.ceil(memoryBytes / 2 ** 20)} MiB${hint}`;
        throw exitError(what, limit, ending, stderr.trim(), [...paths, dirname(script)]);
      }
      return resultOf(JSON.parse(ending) as JobReply<Result>, paths);
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  return {
    memoryBytes,
    get isEnded() {
      return isEnded;
    },
    run,
    [Symbol.dispose]: () => kill(new ParetoError('cancelled', 'the process was ended')),
  };
}

/** Returns a function that resolves with the next line. Lines that nothing waits for are dropped. */
function readLines(from: Readable | null, onTooLong: () => void): () => Promise<string> {
  let received = '';
  let resolveLine: (line: string) => void = () => undefined;
  from?.setEncoding('utf8');
  from?.on('data', (chunk: string) => {
    received += chunk;
    if (received.length > 2 * maxReplyBytes) return onTooLong();
    const lines = received.split('\n');
    received = lines.pop() ?? '';
    for (const line of lines) resolveLine(line);
  });
  return () => new Promise((resolve) => (resolveLine = resolve));
}

function resultOf<Result>(reply: JobReply<Result>, paths: readonly string[]): Result {
  if (reply.kind === 'done') return reply.result;
  if (reply.kind === 'failed') throw new ParetoError(reply.code, reply.message);
  // `isDiskFull` recognises this error, like one of the system in this process.
  const cause = Object.assign(new Error(reply.message), { code: 'ENOSPC' });
  throw new ParetoError('resource-exhausted', reply.message, { cause, paths });
}

function exitError(
  what: string,
  memoryLimit: string,
  exit: Exit,
  stderr: string,
  paths: readonly string[],
): ParetoError {
  if (isOutOfMemory(exit.kind === 'exited' ? exit.signal : null, stderr)) {
    return new ParetoError('resource-exhausted', `${what} needed more than its memory limit of ${memoryLimit}`);
  }
  const why = /^\w*Error.*$/m.exec(stderr)?.[0] ?? stderr.split('\n').at(-1) ?? '';
  const message = `${what} failed with ${describeExit(exit)}${why === '' ? '' : `: ${why}`}`;
  return new ParetoError('internal', message, { paths });
}

function describeExit(exit: Exit): string {
  if (exit.kind === 'not-started') return `a process that did not start: ${publicText(exit.error)}`;
  return exit.signal === null ? `exit status ${exit.status}` : `signal ${exit.signal}`;
}
