// Implements inference.GRPCInferenceService, the Open Inference Protocol, on the router.

import { type wire } from '@pareto/protocol';
import { rawDuplex, rawUnaryWithReceiver, type ServiceHandlers } from '@pareto/rpc';
import { findTarget, parseVersion, versionOf } from '../resolve/resolve.js';
import type { RouterContext } from '../query/router-context.js';
import { createLoadLimit } from './load-limit.js';
import { configOf } from './model-config.js';
import { modelInfer } from './model-infer.js';
import { metadataOf } from './model-metadata.js';
import { isReady } from './model-state.js';
import { createStatistics } from './model-statistics.js';
import { loadModel, repositoryIndex, unloadModel } from './repository.js';
import { logSettings, traceSetting, type Settings } from './settings.js';
import { rejectRegion, regionsNamed } from './shared-memory.js';
import { streamInfer } from './stream-infer.js';

export interface ProtocolOptions {
  readonly serverVersion: string;
  /** Returns the reasons why queries cannot be accepted now. Empty if they can. */
  readonly notReady: () => readonly string[];
  readonly settings: Settings;
}

/** The protocol's extensions that this server implements. */
const extensions = [
  'binary_tensor_data',
  'classification',
  'model_configuration',
  'model_repository',
  'parameters',
  'schedule_policy',
  'statistics',
];

type InferenceServiceHandlers = ServiceHandlers<'inference.GRPCInferenceService'>;

export function protocolHandlers(router: RouterContext, options: ProtocolOptions): InferenceServiceHandlers {
  const { serverVersion, notReady, settings } = options;
  const limitLoads = createLoadLimit(router.limiter.limits.loads);
  return {
    serverLive: async () => ({ live: true }),
    serverReady: async () => ({ ready: notReady().length === 0 }),
    modelReady: async (request) => ({ ready: modelReady(router, request) }),
    serverMetadata: async () => ({ name: 'pareto', version: serverVersion, extensions }),
    modelMetadata: async ({ name, version }) => metadataOf(findTarget(router.tables.table, name, version)),
    modelConfig: async ({ name, version }) => ({ config: configOf(findTarget(router.tables.table, name, version)) }),
    modelInfer: rawUnaryWithReceiver((payload, call, receiver) => modelInfer(router, payload, call, receiver)),
    modelStreamInfer: rawDuplex((stream, call) => streamInfer(router, stream, call)),
    modelStatistics: createStatistics(router),
    repositoryIndex: async (request) => repositoryIndex(router, request),
    repositoryModelLoad: (request, call) => limitLoads(() => loadModel(router, request, call)),
    repositoryModelUnload: (request, call) => limitLoads(() => unloadModel(router, request, call)),
    traceSetting: async (request) => traceSetting(router, settings, request),
    logSettings: async (request) => logSettings(settings, request),
    ...sharedMemory,
  };
}

const sharedMemory: InferenceServiceHandlers = {
  systemSharedMemoryStatus: async ({ name }) => regionsNamed('system', name),
  systemSharedMemoryRegister: async () => rejectRegion('system'),
  systemSharedMemoryUnregister: async () => ({}),
  cudaSharedMemoryStatus: async ({ name }) => regionsNamed('CUDA', name),
  cudaSharedMemoryRegister: async () => rejectRegion('CUDA'),
  cudaSharedMemoryUnregister: async () => ({}),
};

/** Returns false for an unknown model or version. Throws `invalid-argument` only if the version is malformed. */
function modelReady(router: RouterContext, { name, version }: wire.ModelReadyRequest): boolean {
  const requested = parseVersion(version);
  const entry = router.tables.table?.targets.get(name);
  if (entry === undefined || (requested !== undefined && requested !== versionOf(entry))) return false;
  return isReady(router, entry);
}
