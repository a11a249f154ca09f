// A session in an executor process, with the memory and the lifetime of its part of the process.

import { type Clock } from '@pareto/core';
import type { ExecutorDeath, ExecutorProcess } from './executor-process.js';
import { readProcessMemory, watchMemory, type ProcessMemory } from './process-memory.js';
import { createSessionHost, type Session } from './session-host.js';

export interface HostedSession {
  readonly session: Session;
  /** The process's own memory before any load. */
  readonly baseMemoryBytes: number;
  /** Reports by how many bytes the process grew when the model was loaded. */
  loaded(grownBytes: number): void;
  /** Returns the memory of the process, or the session's share of it. Undefined if the process has ended. */
  memory(): ProcessMemory | undefined;
  /** Closes the session and releases its memory. */
  close(): Promise<void>;
}

/** Opens a session with a process of its own, whose memory may grow by `memoryLimitBytes`. */
export async function hostInProcess(
  process: ExecutorProcess,
  memoryLimitBytes: number,
  clock: Clock,
): Promise<HostedSession> {
  const host = createSessionHost(process, clock);
  const base = readProcessMemory(process.pid);
  // Allocations beyond the limit fail inside the process.
  if (base !== undefined) await process.limitData(base.dataBytes + memoryLimitBytes);
  const watch = watchMemory({
    ...{ pid: process.pid, activity: host, extraBytes: () => memoryLimitBytes, clock },
    onExceeded: () => process.kill(outOfMemory('the model', memoryLimitBytes)),
  });
  void process.died.then(() => watch[Symbol.dispose]());
  return {
    session: host.open(),
    baseMemoryBytes: base?.privateBytes ?? 0,
    loaded: () => undefined,
    memory: () => watch.memory(),
    async close() {
      process.kill({ kind: 'ended', reason: 'unloaded' });
      await process.died;
    },
  };
}

export const outOfMemory = (who: string, limitBytes: number): ExecutorDeath => ({
  kind: 'out-of-memory',
  reason: `out of memory: ${who} exceeded the memory limit of ${Math.ceil(limitBytes / 2 ** 20)} MiB`,
});
