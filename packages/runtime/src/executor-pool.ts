// Pre-started executor processes, so that a load doesn't wait for a process to start.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { startExecutorProcess, type ExecutorProcess } from './executor-process.js';
import { loadExecutor, type Executor, type LoadRequest } from './executor.js';
import type { HelloHeader } from './protocol.js';

export interface RuntimeInfo {
  readonly version: string;
  /** Execution providers that this build has; whether a device answers is seen at a load. */
  readonly providers: readonly string[];
}

export interface ExecutorPool extends AsyncDisposable {
  /** Throws as `loadExecutor` does. Aborting ends the load and its process. */
  load(request: LoadRequest, signal?: AbortSignal): Promise<Executor>;
  runtime(): Promise<RuntimeInfo>;
  readonly loads: LoadCount;
}

/** Loads keep a core busy: what is measured beside them is not to be trusted. */
export interface LoadCount {
  readonly begun: number;
  readonly underWay: number;
}

interface Spare {
  readonly process: ExecutorProcess;
  readonly hello: Promise<HelloHeader>;
}

const startWithin = milliseconds(30_000);

/** Keeps `size` processes ready. Disposing ends every process that it ever started. */
export function createExecutorPool({ size, clock }: { readonly size: number; readonly clock: Clock }): ExecutorPool {
  const spares: Spare[] = [];
  const alive = new Set<ExecutorProcess>();
  const loads = { begun: 0, underWay: 0 };
  let disposed = false;

  const start = (): Spare => {
    const process = startExecutorProcess();
    alive.add(process);
    const spare = { process, hello: awaitHello(process, clock) };
    spare.hello.catch(() => undefined);
    void process.died.then(() => {
      alive.delete(process);
      const index = spares.indexOf(spare);
      if (index >= 0) spares.splice(index, 1);
    });
    return spare;
  };
  const fill = (): void => {
    while (!disposed && spares.length < size) spares.push(start());
  };
  fill();

  return {
    loads,
    async load(request, signal) {
      signal?.throwIfAborted();
      if (disposed) throw new ParetoError('unavailable', 'the executor pool is closed');
      const { process, hello } = spares.shift() ?? start();
      loads.begun += 1;
      loads.underWay += 1;
      try {
        await hello;
        return await loadExecutor(process, request, clock, signal);
      } finally {
        loads.underWay -= 1;
        fill();
      }
    },
    async runtime() {
      fill();
      const { hello } = spares[0] ?? start();
      const { runtimeVersion, providers } = await hello;
      return { version: runtimeVersion, providers };
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
    process.onMessage((message) => {
      if (message.kind === 'hello') resolve(message);
    }),
  );
  using _late = clock.after(startWithin, () =>
    process.kill({ kind: 'hung', reason: `hung: did not start within ${startWithin} ms` }),
  );
  const first = await Promise.race([reply, process.died]);
  if (first.kind === 'hello') return first;
  throw new ParetoError('internal', `an executor process could not be started: ${first.reason}`);
}
