// One child process that is kept alive: its output to a file and to whoever watches, started again when it ends.

import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { errorText, milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';

export interface ProcessSpec {
  readonly name: string;
  /** A JavaScript file, run with this Node. */
  readonly script: string;
  readonly args: readonly string[];
  readonly logFile: string;
}

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly onLine: (name: string, line: string) => void;
  readonly onRestart: (name: string, reason: string, delay: Milliseconds) => void;
}

export interface Supervised {
  readonly name: string;
  /** Of the process running now; undefined between two. */
  readonly pid: number | undefined;
  readonly restarts: number;
  /** Asks it to end, kills it after `graceMs` or when the signal aborts, and starts it no more. */
  stop(graceMs: Milliseconds, kill: AbortSignal): Promise<void>;
  /**
   * From now on it is started again when it ends. Before, its end is a failed start, and `failed` rejects with the last line
   * that it wrote.
   */
  keepAlive(): void;
  readonly failed: Promise<never>;
}

const stableMs = 30_000;
const firstDelayMs = 250;
const longestDelayMs = 10_000;

/** Doubles with each start that didn't last. */
export const restartDelay = (failures: number): Milliseconds =>
  milliseconds(Math.min(longestDelayMs, firstDelayMs * 2 ** failures));

export function supervise(spec: ProcessSpec, options: SupervisorOptions): Supervised {
  const log = createWriteStream(spec.logFile, { flags: 'a' });
  const state = {
    child: undefined as ChildProcess | undefined,
    stopping: false,
    keep: false,
    restarts: 0,
    failures: 0,
  };
  let lastLine = '';
  let fail = (_error: ParetoError): void => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  // Whoever waits for readiness hears of it; later nobody has to.
  failed.catch(() => undefined);
  log.on('error', (error) =>
    fail(new ParetoError('failed-precondition', `cannot write ${spec.logFile}: ${error.message}`)),
  );

  const start = (): void => {
    const since = options.clock.now();
    // A group of its own: Ctrl-C in the terminal must reach the supervisor alone, which stops things in order.
    // Standard input ends with the supervisor, so that one that was killed leaves nothing running.
    const child = spawn(process.execPath, [spec.script, ...spec.args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    state.child = child;
    const onLine = (line: string): void => {
      lastLine = line;
      options.onLine(spec.name, line);
    };
    pipeLines(child, log, onLine);
    child.once('error', (error) => onLine(errorText(error)));
    child.once('close', (code, signal) => {
      state.child = undefined;
      if (state.stopping) return;
      const reason = signal === null ? `ended with code ${code ?? 1}` : `was ended by ${signal}`;
      if (!state.keep)
        return fail(new ParetoError('failed-precondition', `${spec.name} could not start: ${lastLine || reason}`));
      state.failures = options.clock.now() - since > stableMs ? 0 : state.failures + 1;
      const delay = restartDelay(state.failures - 1);
      options.onRestart(spec.name, reason, delay);
      state.restarts += 1;
      options.clock.after(delay, () => !state.stopping && start());
    });
  };
  start();

  return {
    name: spec.name,
    get pid() {
      return state.child?.pid;
    },
    get restarts() {
      return state.restarts;
    },
    failed,
    keepAlive: () => void (state.keep = true),
    async stop(graceMs, kill) {
      state.stopping = true;
      if (state.child !== undefined) await endProcess(state.child, options.clock, graceMs, kill);
      log.end();
    },
  };
}

function pipeLines(child: ChildProcess, log: WriteStream, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      onLine(line);
    });
  }
}

/** SIGTERM, then SIGKILL after `graceMs` or at once when `kill` aborts. Resolves when the process is gone. */
function endProcess(child: ChildProcess, clock: Clock, graceMs: Milliseconds, kill: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const killNow = (): void => void child.kill('SIGKILL');
    const grace = clock.after(graceMs, killNow);
    kill.addEventListener('abort', killNow);
    child.once('close', () => {
      grace[Symbol.dispose]();
      kill.removeEventListener('abort', killNow);
      resolve();
    });
    child.kill(kill.aborted ? 'SIGKILL' : 'SIGTERM');
  });
}
