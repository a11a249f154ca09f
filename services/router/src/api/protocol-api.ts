// Implements inference.GRPCInferenceService, the Open Inference Protocol, on the router core.

import { type wire } from '@pareto/protocol';
import { rawDuplex, rawUnaryWithReceiver, type ServiceHandlers } from '@pareto/rpc';
import { findTarget, parseVersion, servedVersion } from '../resolve/resolve.js';
import type { RouterCore } from '../query/router-core.js';
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

export function protocolHandlers(core: RouterCore, options: ProtocolOptions): InferenceServiceHandlers {
  const { serverVersion, notReady, settings } = options;
  const limitLoads = createLoadLimit(core.limiter.limits.loads);
  return {
    serverLive: async () => ({ live: true }),
    serverReady: async () => ({ ready: notReady().length === 0 }),
    modelReady: async (request) => ({ ready: modelReady(core, request) }),
    serverMetadata: async () => ({ name: 'pareto', version: serverVersion, extensions }),
    modelMetadata: async ({ name, version }) => metadataOf(findTarget(core.tables.table, name, version)),
    modelConfig: async ({ name, version }) => ({ config: configOf(findTarget(core.tables.table, name, version)) }),
    modelInfer: rawUnaryWithReceiver((payload, call, receiver) => modelInfer(core, payload, call, receiver)),
    modelStreamInfer: rawDuplex((stream, call) => streamInfer(core, stream, call)),
    modelStatistics: createStatistics(core),
    repositoryIndex: async (request) => repositoryIndex(core, request),
    repositoryModelLoad: (request, call) => limitLoads(() => loadModel(core, request, call)),
    repositoryModelUnload: (request, call) => limitLoads(() => unloadModel(core, request, call)),
    traceSetting: async (request) => traceSetting(core, settings, request),
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
function modelReady(core: RouterCore, { name, version }: wire.ModelReadyRequest): boolean {
  const requested = parseVersion(version);
  const entry = core.tables.table?.targets.get(name);
  if (entry === undefined || (requested !== undefined && requested !== servedVersion(entry))) return false;
  return isReady(core, entry);
}
