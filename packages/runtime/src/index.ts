export {
  createExecutorPool,
  type ExecutorPool,
  type LoadCount,
  type PoolOptions,
  type RuntimeInfo,
} from './executor-pool.js';
export { type Executor, type LoadRequest } from './executor.js';
export { runFailure, type RunOutcome, type RunRequest, type TensorInput, type TensorOutput } from './run.js';
export { type ExecutorDeath } from './executor-process.js';
export { type ProcessMemory } from './process-memory.js';
export { readCpuTime } from './process-time.js';
export { type TensorInfo } from './protocol.js';
export { type Placement } from './placement.js';
export { bounded, createSlotTokens, type SlotTokens } from './slot-tokens.js';
export { deviceEnvironment } from './device-environment.js';
export { type DeviceTrial } from './device-trial.js';
export { discoverHardware, type AbsentDevice, type Hardware, type HardwareOptions } from './hardware-discovery.js';
export { optimiseModel, type OptimiseRequest } from './optimise-model.js';
export { batchSizes } from './batch-sizes.js';
export { loadTwice, type LoadedTwice } from './load-twice.js';
export { defaultProfileMs } from './measure-effort.js';
export { measureProfile, type ProfileRequest } from './measure-profile.js';
export { sampleInputs } from './sample-inputs.js';
export { sampleShapes } from './sample-shapes.js';
