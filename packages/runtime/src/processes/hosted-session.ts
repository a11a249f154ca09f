// A session's place in an executor process: on the cpu a process of its own, held within a limit of memory.

import { type Clock } from '@pareto/core';
import type { ExecutorDeath, ExecutorProcess } from './executor-process.js';
import { limitData, readProcessMemory, watchMemory, type ProcessMemory } from './process-memory.js';
import { createSessionHost, type Session } from './session-host.js';

export interface HostedSession {
  readonly session: Session;
  /** The process's own memory before any load. */
  readonly baseMemoryBytes: number;
  /** By how much the process grew as the model was loaded. */
  loaded(grownBytes: number): void;
  /** Of the process, or a share of it; undefined when it is gone. */
  memory(): Promise<ProcessMemory | undefined>;
  /** Gives everything back. */
  close(): Promise<void>;
}

/** A whole process, which may come to hold so much more than it does now. */
export async function hostInProcess(
  process: ExecutorProcess,
  memoryLimitBytes: number,
  clock: Clock,
): Promise<HostedSession> {
  const session = createSessionHost(process, clock).open();
  const base = await readProcessMemory(process.pid);
  await limitData(process.pid, memoryLimitBytes);
  const watch = watchMemory(
    process.pid,
    () => memoryLimitBytes,
    clock,
    () => process.kill(outOfMemory('the model', memoryLimitBytes)),
  );
  void process.died.then(() => watch[Symbol.dispose]());
  return {
    session,
    baseMemoryBytes: base?.privateBytes ?? 0,
    loaded: () => undefined,
    memory: () => readProcessMemory(process.pid),
    async close() {
      process.kill({ kind: 'ended', reason: 'unloaded' });
      await process.died;
    },
  };
}

export const outOfMemory = (who: string, limitBytes: number): ExecutorDeath => ({
  kind: 'out-of-memory',
  reason: `out of memory: ${who} came to hold more than its limit of ${Math.ceil(limitBytes / 2 ** 20)} MiB`,
});
