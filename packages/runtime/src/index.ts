export { createExecutorPool, type ExecutorPool, type RuntimeInfo } from './executor-pool.js';
export { type Executor, type LoadRequest } from './executor.js';
export { type RunOutcome, type RunRequest, type TensorInput, type TensorOutput } from './run.js';
export { type ExecutorDeath } from './executor-process.js';
export { type ProcessMemory } from './process-memory.js';
export { type TensorInfo } from './protocol.js';
export { bounded, createSlotTokens, type SlotTokens } from './slot-tokens.js';
export { discoverHardware, type Hardware, type HardwareOptions } from './hardware-discovery.js';
export { batchSizes, measureProfile, sampleInputs, type ProfileRequest } from './measure-profile.js';
