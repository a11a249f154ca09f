export {
  defineConfig,
  loadConfig,
  printableConfig,
  processSources,
  secret,
  type ConfigDefinition,
  type ConfigOf,
  type ConfigSources,
  type Loaded,
} from './config.js';
export { advertisedAddress, advertiseFlag, controllersFlag } from './address.js';
export { checkBind, commonFlags, type CommonConfig, type CommonFields } from './common-flags.js';
export { createLifecycle, type Lifecycle, type LifecycleState } from './lifecycle.js';
export { createRunGroup, type RunGroup, type RunGroupOptions, type Runnable } from './run-group.js';
export { runService, type ServiceContext, type ServiceOptions } from './run-service.js';
export { createProbeServer, type ProbeOptions, type ProbeServer } from './probe-server.js';
export { createSession, type Session, type SessionOptions } from './session.js';
export { createCertificateAccess, createTokenAccess, type Access, type AccessOptions } from './access.js';
export { openCertificates, type CertificateFolder, type CertificateOptions } from './certificate-folder.js';
export { readClusterToken, tokenMetadata } from './token.js';
