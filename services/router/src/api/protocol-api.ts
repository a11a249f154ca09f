// inference.GRPCInferenceService: the Open Inference Protocol, in front of the same core.

import { rawDuplex, rawUnary, type ServiceHandlers, type wire } from '@pareto/rpc';
import { findTarget, parseVersion, servedVersion } from '../resolve/resolve.js';
import type { RouterCore } from '../query/router-core.js';
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
  /** Why queries can't be taken now; empty when they can. */
  readonly notReady: () => readonly string[];
  readonly settings: Settings;
}

/** Of the protocol's extensions, those that do what they say. */
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
  return {
    serverLive: async () => ({ live: true }),
    serverReady: async () => ({ ready: notReady().length === 0 }),
    modelReady: async (request) => ({ ready: modelReady(core, request) }),
    serverMetadata: async () => ({ name: 'pareto', version: serverVersion, extensions }),
    modelMetadata: async ({ name, version }) => metadataOf(findTarget(core.tables.table, name, version)),
    modelConfig: async ({ name, version }) => ({ config: configOf(findTarget(core.tables.table, name, version)) }),
    modelInfer: rawUnary(async (body, call) => (await modelInfer(core, body, call)).body),
    modelStreamInfer: rawDuplex((stream, call) => streamInfer(core, stream, call)),
    modelStatistics: createStatistics(core),
    repositoryIndex: async (request) => repositoryIndex(core, request),
    repositoryModelLoad: (request, call) => loadModel(core, request, call),
    repositoryModelUnload: (request, call) => unloadModel(core, request, call),
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

/** What there is not is not ready; only a version that is none is an error. */
function modelReady(core: RouterCore, { name, version }: wire.ModelReadyRequest): boolean {
  const wanted = parseVersion(version);
  const entry = core.tables.table?.targets.get(name);
  if (entry === undefined || (wanted !== undefined && wanted !== servedVersion(entry))) return false;
  return isReady(core, entry);
}
