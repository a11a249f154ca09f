// Where models are loaded: on the cpu into pre-started processes, one each; on a device into the one that it has.

import os from 'node:os';
import type { Clock } from '@pareto/core';
import { hostInProcess } from '../processes/hosted-session.js';
import { createDeviceProcess, type DeviceProcess } from '../processes/device-process.js';
import { isDeviceProvider, type DeviceProvider } from '../devices/device-provider.js';
import { tryDevice, type DeviceTrial } from '../devices/device-trial.js';
import { loadExecutor, type Executor, type LoadRequest } from '../executors/executor.js';
import { createProcessStarter, type StartedProcess } from '../processes/process-starter.js';

export interface RuntimeInfo {
  readonly version: string;
  /** Execution providers that this build has; whether a device answers is seen at a trial. */
  readonly providers: readonly string[];
}

export interface ExecutorPool extends AsyncDisposable {
  /**
   * Throws as `loadExecutor` does. Aborting ends the load: on the cpu with its process, on a device when it is done, for
   * others are in there too.
   */
  load(request: LoadRequest, signal?: AbortSignal): Promise<Executor>;
  runtime(): Promise<RuntimeInfo>;
  /** In a process of its own. Throws `failed-precondition` as `tryDevice` does. */
  tryDevice(provider: DeviceProvider): Promise<DeviceTrial>;
  readonly loads: LoadCount;
}

/** Loads keep a core busy: what is measured beside them is not to be trusted. */
export interface LoadCount {
  readonly begun: number;
  readonly inProgress: number;
}

export interface PoolOptions {
  /** Pre-started processes, so that a load doesn't wait for one to start. */
  readonly size: number;
  readonly clock: Clock;
  /** What the drivers of devices are to find in their environment, as from `deviceEnvironment`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Disposing ends every process that it ever started. */
export function createExecutorPool({ size, clock, environment = {} }: PoolOptions): ExecutorPool {
  const starter = createProcessStarter(clock);
  const spares: StartedProcess[] = [];
  const devices = new Map<string, DeviceProcess>();
  const loads = { begun: 0, inProgress: 0 };
  let disposed = false;

  const startSpare = (): StartedProcess => {
    const spare = starter.start();
    void spare.process.died.then(() => {
      const index = spares.indexOf(spare);
      if (index >= 0) spares.splice(index, 1);
    });
    return spare;
  };
  const fill = (): void => {
    while (!disposed && spares.length < size) spares.push(startSpare());
  };
  fill();

  async function loadOnCpu(request: LoadRequest, signal: AbortSignal | undefined): Promise<Executor> {
    const { process, hello } = spares.shift() ?? startSpare();
    await hello;
    if (request.nice === true) lowerPriority(process.pid);
    return loadExecutor(await hostInProcess(process, request.memoryLimitBytes, clock), request, signal);
  }

  async function loadOnDevice(request: LoadRequest, signal: AbortSignal | undefined): Promise<Executor> {
    const { provider, memoryLimitBytes } = request;
    const device = devices.get(provider) ?? createDeviceProcess(() => starter.start(environment), clock);
    devices.set(provider, device);
    return loadExecutor(await device.openSession(memoryLimitBytes), request, signal);
  }

  return {
    loads,
    async load(request, signal) {
      signal?.throwIfAborted();
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
    tryDevice: (provider) => tryDevice(provider, (more) => starter.start({ ...environment, ...more }), clock),
    async [Symbol.asyncDispose]() {
      disposed = true;
      await starter[Symbol.asyncDispose]();
    },
  };
}

const lowestPriority = 19;

/** The threads that ONNX Runtime starts for the model inherit it. */
function lowerPriority(pid: number): void {
  try {
    os.setPriority(pid, lowestPriority);
  } catch {
    // It has ended: the load tells.
  }
}
