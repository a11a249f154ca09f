// The one process that works with a device, for all models on it: each process holds a driver, and two threads crash it.

import type { Clock } from '@pareto/core';
import { outOfMemory, type HostedSession } from './hosted-session.js';
import { readProcessMemory, watchMemory, type ProcessMemory } from './process-memory.js';
import type { StartedProcess } from './process-starter.js';
import { createSessionHost, type SessionHost } from './session-host.js';

export interface DeviceProcess {
  /** A place for one more session; the process is started for the first, and ends with the last. */
  openSession(memoryLimitBytes: number): Promise<HostedSession>;
}

interface SessionShare {
  readonly memoryLimitBytes: number;
  /** By how much the process grew when it was loaded. */
  readonly weight: number;
}

/** One life of the process. */
interface ProcessInstance {
  readonly shares: Map<symbol, SessionShare>;
  readonly begun: Promise<{ readonly host: SessionHost; readonly baseMemoryBytes: number }>;
}

/** Of the driver and what it compiles, beside what the models may hold. */
const driverAllowance = 2 ** 30;
/** The least that a session counts for where the process's memory is shared out. */
const leastWeight = 2 ** 20;

export function createDeviceProcess(start: () => StartedProcess, clock: Clock): DeviceProcess {
  let current: ProcessInstance | undefined;

  function forget(instance: ProcessInstance): void {
    if (current === instance) current = undefined;
  }

  function startInstance(): ProcessInstance {
    const shares = new Map<symbol, SessionShare>();
    const instance: ProcessInstance = { shares, begun: begin(start, shares, clock) };
    instance.begun
      .then(({ host }) => host.process.died)
      .catch(() => undefined)
      .finally(() => forget(instance));
    return instance;
  }

  async function openSession(memoryLimitBytes: number): Promise<HostedSession> {
    current ??= startInstance();
    const instance = current;
    const { shares } = instance;
    const self = Symbol('guest');
    // At once, so that the process does not end as the last one leaves meanwhile.
    shares.set(self, { memoryLimitBytes, weight: leastWeight });
    const { host, baseMemoryBytes } = await instance.begun;
    const session = host.open();
    return {
      session,
      baseMemoryBytes,
      loaded: (grownBytes) => void shares.set(self, { memoryLimitBytes, weight: Math.max(leastWeight, grownBytes) }),
      memory: () => shareOf(self, shares, host.process.pid),
      async close() {
        shares.delete(self);
        const released = session.release();
        if (shares.size === 0) {
          forget(instance);
          host.process.kill({ kind: 'ended', reason: 'unloaded' });
        }
        await released;
      },
    };
  }
  return { openSession };
}

/** Memory is watched and not limited: drivers map much more than they use. */
async function begin(
  start: () => StartedProcess,
  shares: ReadonlyMap<symbol, SessionShare>,
  clock: Clock,
): ProcessInstance['begun'] {
  const { process, hello } = start();
  await hello;
  const limit = (): number =>
    [...shares.values()].reduce((total, { memoryLimitBytes }) => total + memoryLimitBytes, driverAllowance);
  const watch = watchMemory(process.pid, limit, clock, () =>
    process.kill(outOfMemory('the models on the device', limit())),
  );
  void process.died.then(() => watch[Symbol.dispose]());
  const base = await readProcessMemory(process.pid);
  return { host: createSessionHost(process, clock), baseMemoryBytes: base?.privateBytes ?? 0 };
}

/** By what the load of each added: together the shares are the process. */
async function shareOf(
  self: symbol,
  shares: ReadonlyMap<symbol, SessionShare>,
  pid: number,
): Promise<ProcessMemory | undefined> {
  const memory = await readProcessMemory(pid);
  const own = shares.get(self);
  if (memory === undefined || own === undefined) return undefined;
  const all = [...shares.values()].reduce((total, { weight }) => total + weight, 0);
  const part = (bytes: number): number => Math.round((bytes * own.weight) / all);
  return {
    residentBytes: part(memory.residentBytes),
    privateBytes: part(memory.privateBytes),
    peakPrivateBytes: part(memory.peakPrivateBytes),
    dataBytes: part(memory.dataBytes),
  };
}
