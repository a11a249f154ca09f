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
const maxDelayMs = 10_000;

/** Doubles with each start that didn't last. */
export const restartDelay = (failures: number): Milliseconds =>
  milliseconds(Math.min(maxDelayMs, firstDelayMs * 2 ** failures));

export function supervise(spec: ProcessSpec, options: SupervisorOptions): Supervised {
  const log = createWriteStream(spec.logFile, { flags: 'a' });
  const state = { child: undefined as ChildProcess | undefined, stopping: false, keep: false };
  let failures = 0;
  let lastLine = '';
  let fail = (_error: ParetoError): void => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  // Whoever waits for readiness hears of it; later nobody has to.
  failed.catch(() => undefined);
  const failStart = (why: string): void => fail(new ParetoError('failed-precondition', why));
  log.on('error', (error) => failStart(`cannot write ${spec.logFile}: ${error.message}`));

  const start = (): void => {
    const since = options.clock.now();
    const onLine = (line: string): void => {
      lastLine = line;
      options.onLine(spec.name, line);
    };
    state.child = spawnLogged(spec, log, onLine);
    state.child.once('close', (code, signal) => {
      state.child = undefined;
      if (state.stopping) return;
      const reason = signal === null ? `ended with code ${code ?? 1}` : `was ended by ${signal}`;
      if (!state.keep) return failStart(`${spec.name} could not start: ${lastLine || reason}`);
      failures = options.clock.now() - since > stableMs ? 1 : failures + 1;
      const delay = restartDelay(failures - 1);
      options.onRestart(spec.name, reason, delay);
      options.clock.after(delay, () => !state.stopping && start());
    });
  };
  start();

  return {
    name: spec.name,
    get pid() {
      return state.child?.pid;
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

/** A group of its own: Ctrl-C in the terminal must reach the supervisor alone, which stops things in order. */
function spawnLogged(spec: ProcessSpec, log: WriteStream, onLine: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, [spec.script, ...spec.args], {
    // Standard input ends with the supervisor, so that one that was killed leaves nothing running.
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: environment(),
  });
  child.once('error', (error) => onLine(errorText(error)));
  pipeLines(child, log, onLine);
  return child;
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

/**
 * Without what is meant for this command (`PARETO_CERTS` is the operator's folder here) or for a service run by hand: what
 * its services are told stands in `args`.
 */
const environment = (): Record<string, string | undefined> =>
  // eslint-disable-next-line no-restricted-properties -- handed on, not read
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARETO_')));

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
