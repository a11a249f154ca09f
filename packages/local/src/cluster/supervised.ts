// Runs a child process: writes its output to a log file and a callback, and restarts it when it exits.

import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { errorText, milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';

export interface ProcessSpec {
  readonly name: string;
  /** Path of a JavaScript file, which runs with the current Node. */
  readonly script: string;
  readonly nodeFlags: readonly string[];
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
  /** Id of the current process. Undefined between an exit and the restart. */
  readonly pid: number | undefined;
  /** Sends SIGTERM, kills the process after `graceMs` or when the signal aborts, and stops restarting it. */
  stop(graceMs: Milliseconds, kill: AbortSignal): Promise<void>;
  /**
   * Restarts the process when it exits from now on. An exit before this call is a failed start: `failed` rejects with the last
   * line of its output.
   */
  keepAlive(): void;
  readonly failed: Promise<never>;
}

/** Run time after which a start counts as successful. */
const stableMs = 30_000;
const minDelayMs = 250;
const maxDelayMs = 10_000;

/** Returns the delay of a restart, which doubles with each short run in a row. */
export const restartDelay = (failures: number): Milliseconds =>
  milliseconds(Math.min(maxDelayMs, minDelayMs * 2 ** failures));

export function supervise(spec: ProcessSpec, options: SupervisorOptions): Supervised {
  const log = createWriteStream(spec.logFile, { flags: 'a' });
  const state = { child: undefined as ChildProcess | undefined, stopping: false, keep: false };
  let failures = 0;
  let lastLine = '';
  let fail = (_error: ParetoError): void => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  // The promise is awaited only until the process is ready.
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
      const reason = signal === null ? `exited with code ${code ?? 1}` : `was killed by ${signal}`;
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

/** Spawns a process in a separate group, so that Ctrl-C reaches only the supervisor, which stops services in order. */
function spawnLogged(spec: ProcessSpec, log: WriteStream, onLine: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, [...spec.nodeFlags, spec.script, ...spec.args], {
    // Standard input closes with the supervisor, which stops the services even if the supervisor is killed.
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
 * Returns the environment without Pareto's variables. They are meant for this command (`PARETO_CERTS` is the operator's folder)
 * or for a service that is started manually. These services are configured by `args`.
 */
const environment = (): Record<string, string | undefined> =>
  // oxlint-disable-next-line no-restricted-properties -- passed on, not read
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARETO_')));

/** Sends SIGTERM, then SIGKILL after `graceMs` or when `kill` aborts. Resolves when the process has exited. */
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
