// inference.GRPCInferenceService: the Open Inference Protocol, in front of the same core.

import type { TargetEntry, TensorSpec } from '@pareto/core';
import { rawUnary, scanInferRequest, type ServerCall, type ServiceHandlers, type wire } from '@pareto/rpc';
import { objectiveOfMetadata, objectiveOfParameters, timeoutMsOf } from '../query/read-objective.js';
import { findTarget, servedVersion } from '../query/resolve.js';
import type { RouterCore } from '../query/router-core.js';
import { serve } from '../query/serve.js';

export interface ProtocolOptions {
  readonly serverVersion: string;
  /** Why queries can't be taken now; empty when they can. */
  readonly notReady: () => readonly string[];
}

export function protocolHandlers(
  core: RouterCore,
  { serverVersion, notReady }: ProtocolOptions,
): ServiceHandlers<'inference.GRPCInferenceService'> {
  return {
    serverLive: async () => ({ live: true }),
    serverReady: async () => ({ ready: notReady().length === 0 }),
    modelReady: async ({ name, version }) => ({ ready: isReady(core, findTarget(core.tables.table, name, version)) }),
    serverMetadata: async () => ({ name: 'pareto', version: serverVersion, extensions: [] }),
    modelMetadata: async ({ name, version }) => metadataOf(findTarget(core.tables.table, name, version)),
    modelInfer: rawUnary(async (body, call) => (await modelInfer(core, body, call)).body),
  };
}

function modelInfer(core: RouterCore, body: Buffer, call: ServerCall): ReturnType<typeof serve> {
  const { modelName, modelVersion, parameters, inputs } = scanInferRequest(body);
  return serve(core, {
    target: modelName,
    version: modelVersion,
    shape: inputs[0]?.shape ?? [],
    body,
    given: [objectiveOfParameters(parameters), objectiveOfMetadata(call.metadata)],
    timeoutMs: timeoutMsOf(parameters),
    traceparent: call.metadata.get('traceparent'),
    call,
  });
}

/** Some replica of it can be called now. */
const isReady = (core: RouterCore, entry: TargetEntry): boolean =>
  entry.candidates.some(
    (candidate, place) =>
      candidate.quarantineReason === undefined &&
      entry.exclusions?.[place] === undefined &&
      core.loads.backlogMs(candidate.index) < Infinity,
  );

function metadataOf(entry: TargetEntry): wire.ModelMetadataResponseInput {
  const { signature } = entry;
  const tensors = (specs: readonly TensorSpec[]): { name: string; datatype: string; shape: number[] }[] =>
    specs.map(({ name, datatype, dims }) => ({ name, datatype, shape: signature.batched ? [-1, ...dims] : [...dims] }));
  return {
    name: entry.name,
    versions: [String(servedVersion(entry))],
    platform: 'onnxruntime_onnx',
    inputs: tensors(signature.inputs),
    outputs: tensors(signature.outputs),
    properties: { pareto_kind: entry.kind, pareto_task: entry.task, max_batch_size: String(entry.maxBatchSize) },
  };
}
