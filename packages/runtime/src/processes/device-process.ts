// The single process that uses a device and runs all models on it, one call at a time: drivers crash if two threads use
// them.

import type { Clock } from '@pareto/core';
import { outOfMemory, type HostedSession } from './hosted-session.js';
import { watchMemory, type MemoryWatch, type ProcessMemory } from './process-memory.js';
import type { StartedProcess } from './process-starter.js';
import { createSessionHost, type SessionHost } from './session-host.js';

export interface DeviceProcess {
  /** Opens a session. Starts the process for the first session; the process ends with the last one. */
  openSession(memoryLimitBytes: number): Promise<HostedSession>;
}

interface SessionShare {
  readonly memoryLimitBytes: number;
  /** Bytes by which the process grew when the model was loaded. */
  readonly weight: number;
}

/** The process from its start to its end. */
interface ProcessInstance {
  readonly shares: Map<symbol, SessionShare>;
  readonly begun: Promise<{
    readonly host: SessionHost;
    readonly watch: MemoryWatch;
    readonly baseMemoryBytes: number;
  }>;
}

/** Memory for the driver and the programs that it compiles, in addition to the limits of the models. */
const driverAllowance = 2 ** 30;
/** Minimum weight of a session in its share of the process's memory. */
const minWeight = 2 ** 20;

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
    const self = Symbol('session');
    // Set before waiting, so that the process does not end if the last other session is closed meanwhile.
    shares.set(self, { memoryLimitBytes, weight: minWeight });
    const { host, watch, baseMemoryBytes } = await instance.begun;
    const session = host.open();
    return {
      session,
      baseMemoryBytes,
      loaded: (grownBytes) => void shares.set(self, { memoryLimitBytes, weight: Math.max(minWeight, grownBytes) }),
      memory: () => shareOf(self, shares, watch.memory()),
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

/** Starts the process. Watches its memory instead of limiting it, because drivers map much more than they use. */
async function begin(
  start: () => StartedProcess,
  shares: ReadonlyMap<symbol, SessionShare>,
  clock: Clock,
): ProcessInstance['begun'] {
  const { process, hello } = start();
  await hello;
  const limit = (): number =>
    [...shares.values()].reduce((total, { memoryLimitBytes }) => total + memoryLimitBytes, driverAllowance);
  const host = createSessionHost(process, clock);
  const watch = watchMemory({
    ...{ pid: process.pid, activity: host, extraBytes: limit, clock },
    onExceeded: () => process.kill(outOfMemory('the models on the device', limit())),
  });
  void process.died.then(() => watch[Symbol.dispose]());
  return { host, watch, baseMemoryBytes: watch.memory()?.privateBytes ?? 0 };
}

/**
 * Returns a session's share of the process's memory, in proportion to the weights. The shares add up to the whole
 * process.
 */
function shareOf(
  self: symbol,
  shares: ReadonlyMap<symbol, SessionShare>,
  memory: ProcessMemory | undefined,
): ProcessMemory | undefined {
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
