// Runs a child process: writes its output to log files and a callback, and restarts it when it exits.

import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { errorText, milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';

export interface ProcessSpec {
  readonly name: string;
  /** Path of a JavaScript file, which runs with the current Node. */
  readonly script: string;
  readonly execArgv: readonly string[];
  readonly args: readonly string[];
  /** Logs of the services that the process consists of. */
  readonly logs: readonly ServiceLog[];
}

interface ServiceLog {
  /** Name of the service. */
  readonly name: string;
  /** Value of `service` in the lines of the service, if others have lines in the output of the process too. */
  readonly role: string;
  readonly file: string;
}

export interface SupervisorOptions {
  readonly clock: Clock;
  /** Called with the name of the service that a line is of. */
  readonly onLine: (name: string, line: string) => void;
  /** Called for each service of a process. */
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
  const logs = spec.logs.map((log) => ({ ...log, stream: createWriteStream(log.file, { flags: 'a' }) }));
  const state = { child: undefined as ChildProcess | undefined, stopping: false, keep: false };
  let failures = 0;
  let lastLine = '';
  let fail = (_error: ParetoError): void => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  // The promise is awaited only until the process is ready.
  failed.catch(() => undefined);
  const failStart = (why: string): void => fail(new ParetoError('failed-precondition', why));
  for (const { stream, file } of logs) {
    stream.on('error', (error) => failStart(`cannot write ${file}: ${error.message}`));
  }

  const start = (): void => {
    const since = options.clock.now();
    // Lines that do not name their service, such as those of a stack, belong to the line before.
    let [log] = logs;
    state.child = spawnLines(spec, (line) => {
      lastLine = line;
      if (logs.length > 1) log = logs.find(({ role }) => line.includes(`"service":"${role}"`)) ?? log;
      log?.stream.write(`${line}\n`);
      if (log !== undefined) options.onLine(log.name, line);
    });
    state.child.once('close', (code, signal) => {
      state.child = undefined;
      if (state.stopping) return;
      const reason = signal === null ? `exited with code ${code ?? 1}` : `was killed by ${signal}`;
      if (!state.keep) return failStart(`${spec.name} could not start: ${lastLine || reason}`);
      failures = options.clock.now() - since > stableMs ? 1 : failures + 1;
      const delay = restartDelay(failures - 1);
      for (const { name } of logs) options.onRestart(name, reason, delay);
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
      for (const { stream } of logs) stream.end();
    },
  };
}

/** Spawns a process in a separate group, so that Ctrl-C reaches only the supervisor, which stops services in order. */
function spawnLines(spec: ProcessSpec, onLine: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, [...spec.execArgv, spec.script, ...spec.args], {
    // Standard input closes with the supervisor, which stops the services even if the supervisor is killed.
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: environment(),
  });
  child.once('error', (error) => onLine(errorText(error)));
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', onLine);
  }
  return child;
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
