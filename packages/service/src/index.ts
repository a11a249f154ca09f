export {
  defineConfig,
  loadConfig,
  printableConfig,
  processSources,
  type ConfigDefinition,
  type ConfigSources,
  type Loaded,
} from './flags/config.js';
export { advertisedAddress, followerFlags } from './flags/address.js';
export { isolateProcesses, isolationFlags } from './isolation/isolate-processes.js';
export { checkBind, commonFlags, hasOpenMetrics, type CommonConfig } from './flags/common-flags.js';
export { parseSize } from './flags/formats.js';
export type { FlagValues } from './flags/flag-table.js';
export { createLifecycle, type Lifecycle, type LifecycleState } from './lifecycle/lifecycle.js';
export { createRunGroup, type RunGroup, type RunGroupOptions, type Runnable } from './lifecycle/run-group.js';
export { runService, type ServiceContext, type ServiceOptions } from './run-service.js';
export { productVersion } from './product-version.js';
export { createProbeServer, type ProbeOptions, type ProbeServer } from './lifecycle/probe-server.js';
export { createWarmUp, warmUpFlags, type WarmUpOptions, type WarmUpPath } from './warm-up/warm-up.js';
export { createServiceLimiter, observeLimits, type ServiceLimiter } from './limits/service-limiter.js';
export { describeLimits } from './limits/describe-limits.js';
export { afterAwake } from './liveness/awake-timer.js';
export { startLivenessResponder } from './liveness/liveness-responder.js';
export { createLivenessProbe, type ProbeLiveness } from './liveness/probe-liveness.js';
export { createRecorder, recordFlags, recordingPart, type Recorder } from './record/recorder.js';
export { createRollingLog, type RollingLog } from './record/rolling-log.js';
export { createSession, type Session, type SessionOptions } from './session/session.js';
export { createCertificateAccess, createTokenAccess, type Access, type AccessOptions } from './access/access.js';
export { explainWithoutId } from './access/callers.js';
export { describeCallers, type Caller, type CallOutcome, type DescribedCall } from './access/describe-callers.js';
export { openCertificates, type CertificateFolder, type CertificateOptions } from './access/certificate-folder.js';
export { readClusterToken, tokenMetadata } from './access/token.js';
