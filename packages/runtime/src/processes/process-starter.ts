// Starts executor processes, waits until they are ready, and ends them all on disposal.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { Isolation } from '@pareto/isolation';
import { startExecutorProcess, type ExecutorProcess } from './executor-process.js';
import type { HelloHeader } from '../protocol/protocol.js';

export interface StartedProcess {
  readonly process: ExecutorProcess;
  /** Resolves when the process is ready. Rejects with `internal` if it ends before. */
  readonly hello: Promise<HelloHeader>;
}

export interface ProcessStarter extends AsyncDisposable {
  /** Starts a process, with the environment for drivers if it uses a device. Throws `unavailable` after disposal. */
  start(deviceEnvironment?: Readonly<Record<string, string>>): StartedProcess;
}

const maxStartMs = milliseconds(30_000);

export function createProcessStarter(isolation: Isolation, clock: Clock): ProcessStarter {
  const alive = new Set<ExecutorProcess>();
  let disposed = false;
  return {
    start(deviceEnvironment) {
      if (disposed) throw new ParetoError('unavailable', 'the executor pool is closed');
      const process = startExecutorProcess(isolation, deviceEnvironment);
      alive.add(process);
      void process.died.then(() => alive.delete(process));
      const hello = awaitHello(process, clock);
      hello.catch(() => undefined);
      return { process, hello };
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      const processes = [...alive];
      for (const process of processes) process.kill({ kind: 'ended', reason: 'the worker is stopping' });
      await Promise.all(processes.map(({ died }) => died));
    },
  };
}

async function awaitHello(process: ExecutorProcess, clock: Clock): Promise<HelloHeader> {
  const reply = new Promise<HelloHeader>((resolve) =>
    process.onMessage(({ header }) => {
      if (header.kind === 'hello') resolve(header);
    }),
  );
  using _late = clock.after(maxStartMs, () =>
    process.kill({ kind: 'hung', reason: `hung: the process did not start within ${maxStartMs} ms` }),
  );
  const first = await Promise.race([reply, process.died]);
  if (first.kind === 'hello') return first;
  throw new ParetoError('internal', `an executor process could not be started: ${first.reason}`);
}
