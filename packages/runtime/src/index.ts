export {
  createExecutorPool,
  type ExecutorPool,
  type LoadCount,
  type PoolOptions,
  type RuntimeInfo,
} from './pool/executor-pool.js';
export { createWarmUpModel, warmUpWidth, type WarmUpModel } from './warm-up/warm-up-model.js';
export { type Executor, type LoadRequest } from './executors/executor.js';
export { runFailure, type RunOutcome, type RunRequest, type TensorInput, type TensorOutput } from './executors/run.js';
export { type ExecutorDeath } from './processes/executor-process.js';
export { type Sharing } from './processes/shared-processes.js';
export { type ProcessMemory } from './processes/process-memory.js';
export { readCpuTime } from './processes/process-time.js';
export { type TensorInfo } from './protocol/protocol.js';
export { type NodesByProvider } from './executors/nodes-by-provider.js';
export { createFifoTokens } from './devices/fifo-tokens.js';
export { releaseAfterMaxHold, type SlotTokens } from './devices/slot-tokens.js';
export { deviceEnvironment } from './devices/device-environment.js';
export { deviceName } from './devices/device-description.js';
export { type DeviceTrial } from './devices/device-trial.js';
export { instructionSet } from './hardware/cpu-hardware.js';
export {
  discoverHardware,
  type AbsentDevice,
  type Hardware,
  type HardwareOptions,
} from './hardware/hardware-discovery.js';
export { optimiseModel, type OptimiseRequest } from './pool/optimise-model.js';
export { measureLoadTimes, type LoadTimes } from './measuring/measure-load-times.js';
export { defaultProfileMs } from './measuring/measure-effort.js';
export { measureBuckets } from './measuring/measure-buckets.js';
export { measureProfile, type ProfileRequest } from './measuring/measure-profile.js';
export { checkItemBytes, sampleInputs } from './measuring/sample-inputs.js';
export { sampleShapes } from './measuring/sample-shapes.js';
