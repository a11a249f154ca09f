// The single process that uses a device and runs all models on it, one call at a time: drivers crash if two threads use
// them.

import type { Clock } from '@pareto/core';
import type { StartedProcess } from './process-starter.js';
import { createSharedProcess, type SharedMemory, type SharedProcess } from './shared-process.js';

/** Memory for the driver and the programs that it compiles, in addition to the limits of the models. */
const driverAllowance = 2 ** 30;

/** The memory is watched instead of limited, because drivers map much more than they use. */
const memory: SharedMemory = {
  who: 'the models on the device',
  limitBytes: (limits) => limits.reduce((total, limit) => total + limit, driverAllowance),
  limitsData: false,
};

/** `onEnded` is called when no further model can be loaded into the process. */
export const createDeviceProcess = (
  started: StartedProcess,
  clock: Clock,
  onEnded: () => void = () => undefined,
): SharedProcess => createSharedProcess({ started, clock, memory, onEnded });
