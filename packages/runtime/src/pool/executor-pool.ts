// Loads models into executor processes: on the cpu into a pre-started process each, unless they are small and share one;
// on a device into a process shared by all its models.

import os from 'node:os';
import type { Clock } from '@pareto/core';
import { environmentOnly, type Isolation } from '@pareto/isolation';
import { hostInProcess } from '../processes/hosted-session.js';
import { createDeviceProcess } from '../processes/device-process.js';
import { usedDeviceMemory } from '../devices/device-description.js';
import { createFifoTokens } from '../devices/fifo-tokens.js';
import { isDeviceProvider, type DeviceProvider } from '../devices/device-provider.js';
import { tryDevice, type DeviceTrial } from '../devices/device-trial.js';
import { loadExecutor, type Executor, type LoadRequest } from '../executors/executor.js';
import { warmUpProcess } from '../warm-up/warm-up-process.js';
import { createProcessStarter, type StartedProcess } from '../processes/process-starter.js';
import type { SharedProcess } from '../processes/shared-process.js';
import { createSharedProcesses } from '../processes/shared-processes.js';

export interface RuntimeInfo {
  readonly version: string;
  /** Execution providers in this build. Whether a device works is only known after `tryDevice`. */
  readonly providers: readonly string[];
}

export interface ExecutorPool extends AsyncDisposable {
  /**
   * Loads a model. Throws as `loadExecutor` does. Aborting kills the process, or, if it is shared, unloads the model once
   * it is loaded.
   */
  load(request: LoadRequest, signal?: AbortSignal): Promise<Executor>;
  runtime(): Promise<RuntimeInfo>;
  /** Tests a device in a separate process. Throws `failed-precondition` if it does not work. */
  tryDevice(provider: DeviceProvider): Promise<DeviceTrial>;
  /** Returns the memory that the models on a device take there. Undefined if that is unknown. */
  deviceMemory(provider: string): Promise<number | undefined>;
  readonly loads: LoadCount;
}

/** Number of loads. They keep a core busy, so measurements taken meanwhile are unreliable. */
export interface LoadCount {
  readonly begun: number;
  readonly inProgress: number;
}

export interface PoolOptions {
  /** Number of pre-started processes, so that a load does not wait for a process to start. */
  readonly size: number;
  /** Number of models that are loaded at a time. More loads wait for their turn. Not limited if undefined. */
  readonly loadsAtOnce?: number;
  /** Folder for the model with which the pre-started processes are warmed up. They are not if it is undefined. */
  readonly warmUpFolder?: string | undefined;
  readonly clock: Clock;
  /** Isolation of the processes from this one. By the environment alone by default, which suits trusted models. */
  readonly isolation?: Isolation;
  /** Environment for device drivers, from `deviceEnvironment`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Creates a pool. Disposing it ends all its processes. */
export function createExecutorPool({
  size,
  loadsAtOnce = Infinity,
  warmUpFolder,
  clock,
  isolation = environmentOnly,
  environment = {},
}: PoolOptions): ExecutorPool {
  const starter = createProcessStarter(isolation, clock);
  const spares: StartedProcess[] = [];
  const devices = new Map<string, DeviceProcess>();
  const loads = { begun: 0, inProgress: 0 };
  const turns = createFifoTokens(loadsAtOnce);
  let disposed = false;

  const start = (folder: string | undefined): StartedProcess => {
    const { process, hello } = starter.start();
    // A process that could not be warmed up can be used all the same.
    const warm = (parent: string): Promise<void> => warmUpProcess(process, parent, clock).catch(() => undefined);
    const ready = folder === undefined ? hello : hello.then((header) => warm(folder).then(() => header));
    ready.catch(() => undefined);
    return { process, hello: ready };
  };
  const startSpare = (): StartedProcess => {
    const spare = start(warmUpFolder);
    void spare.process.died.then(() => {
      const index = spares.indexOf(spare);
      if (index >= 0) spares.splice(index, 1);
    });
    return spare;
  };
  const fill = (): void => {
    try {
      while (!disposed && spares.length < size) spares.push(startSpare());
    } catch {
      // The load that needs a process starts one itself, and reports why that failed.
    }
  };
  fill();

  const takeSpare = (): StartedProcess => spares.shift() ?? start(undefined);
  const sharedProcesses = createSharedProcesses(takeSpare, clock);

  async function loadOnCpu(request: LoadRequest, signal: AbortSignal | undefined): Promise<Executor> {
    const { memoryLimitBytes, sharing } = request;
    const shared = sharing && sharedProcesses.openSession(sharing, memoryLimitBytes);
    if (shared !== undefined) return loadExecutor(await shared, request, signal);
    const { process, hello } = takeSpare();
    await hello;
    if (request.nice === true) lowerPriority(process.pid);
    return loadExecutor(await hostInProcess(process, memoryLimitBytes, clock), request, signal);
  }

  function startDevice(provider: string): DeviceProcess {
    const started = starter.start(environment);
    const shared = createDeviceProcess(started, clock, () => devices.delete(provider));
    const device = { shared, pid: started.process.pid };
    devices.set(provider, device);
    return device;
  }

  async function loadOnDevice(request: LoadRequest, signal: AbortSignal | undefined): Promise<Executor> {
    const { provider, modelPath, memoryLimitBytes } = request;
    const { shared } = devices.get(provider) ?? startDevice(provider);
    return loadExecutor(await shared.openSession({ model: modelPath, memoryLimitBytes }), request, signal);
  }

  return {
    loads,
    async load(request, signal) {
      using _turn = await turns.acquire(signal);
      loads.begun += 1;
      loads.inProgress += 1;
      try {
        return await (isDeviceProvider(request.provider) ? loadOnDevice : loadOnCpu)(request, signal);
      } finally {
        loads.inProgress -= 1;
        fill();
      }
    },
    async runtime() {
      fill();
      const { hello } = spares[0] ?? startSpare();
      const { runtimeVersion, providers } = await hello;
      return { version: runtimeVersion, providers };
    },
    tryDevice: (provider) => tryDevice(provider, environment, (whole) => starter.start(whole), clock),
    deviceMemory: async (provider) =>
      isDeviceProvider(provider) ? usedDeviceMemory(devices.get(provider)?.pid, environment) : undefined,
    async [Symbol.asyncDispose]() {
      disposed = true;
      await starter[Symbol.asyncDispose]();
    },
  };
}

interface DeviceProcess {
  readonly shared: SharedProcess;
  readonly pid: number;
}

const lowestPriority = 19;

/** Lowers the priority of a process. The threads that ONNX Runtime starts inherit it. */
function lowerPriority(pid: number): void {
  try {
    os.setPriority(pid, lowestPriority);
  } catch {
    // The process has ended: the load fails with the reason.
  }
}
