// Implements pareto.v1.Inference: model-less queries, Explain and WhatIf.

import { cutText, isDataType, ParetoError, type DataType } from '@pareto/core';
import { defaultSelectParams, whatIf } from '@pareto/policy';
import {
  accuracyToWire,
  decodeInferResponse,
  encodeInferRequest,
  joinSlices,
  objectiveFromWire,
  payloadOf,
  scanInferRequest,
  type RawTensor,
  type Complete,
  type wire,
} from '@pareto/protocol';
import { type ServerCall, type ServiceHandlers } from '@pareto/rpc';
import { describeWhatIf } from '../decisions/describe.js';
import { explain } from '../decisions/explain.js';
import { objectiveOfMetadata } from '../resolve/read-objective.js';
import { findTarget, StatedObjectives } from '../resolve/resolve.js';
import type { RouterContext } from '../query/router-context.js';
import { serve } from '../query/serve.js';

export function inferenceHandlers(router: RouterContext): ServiceHandlers<'pareto.v1.Inference'> {
  const table = () => router.tables.table;
  return {
    infer: (request, call) => infer(router, request, call),
    explain: ({ decisionId }, call) => explain({ ...router, table }, decisionId, call),
    async whatIf(request, call) {
      const entry = findTarget(table(), request.target, '');
      const objectives = new StatedObjectives(objectiveFromWire(request.objective), objectiveOfMetadata(call.metadata));
      const { objective } = objectives.resolveFor(entry);
      const result = whatIf(
        entry,
        {
          ...{ items: 1, objective, elapsedMs: 0 },
          now: router.clock.now(),
          isPatient: true,
        },
        { ...defaultSelectParams, hopMs: router.core.loads.quietHopMs },
      );
      return describeWhatIf(result, entry, objective);
    },
  };
}

async function infer(
  router: RouterContext,
  request: wire.InferRequest,
  call: ServerCall,
): Promise<Complete<wire.InferResponseInput>> {
  const inputs = request.inputs.map(toRawTensor);
  const { target, id, outputs } = request;
  const payload = payloadOf(encodeInferRequest({ modelName: target, id, inputs, outputs }));
  const served = await serve(router, {
    target,
    version: '',
    payload,
    // The limits of a query are those of the protocol.
    request: scanInferRequest(payload),
    objectives: new StatedObjectives(objectiveFromWire(request.objective), objectiveOfMetadata(call.metadata)),
    priority: Infinity,
    timeoutMs: undefined,
    call,
  });
  const response = decodeInferResponse(joinSlices(served.payload.slices));
  return {
    id,
    outputs: response.outputs.map(({ name, datatype, shape, raw }) => ({
      name,
      datatype,
      shape: [...shape],
      contents: raw,
    })),
    variant: served.candidate.variant,
    accuracy: accuracyToWire(served.candidate.accuracy),
    costUsd: Number(response.parameters.get('pareto_cost') ?? 0),
    costPer_1k: served.candidate.costPer1k ?? 0,
    degraded: served.degraded,
    coldStart: served.coldStart,
    decisionId: served.decisionId,
    latencyMs: served.latencyMs,
  };
}

const toRawTensor = ({ name, datatype, shape, contents }: wire.Tensor): RawTensor => ({
  name,
  datatype: checkDataType(name, datatype),
  shape,
  raw: contents,
});

function checkDataType(input: string, datatype: string): DataType {
  if (isDataType(datatype)) return datatype;
  throw new ParetoError(
    'invalid-argument',
    `input '${cutText(input)}' has datatype ${JSON.stringify(cutText(datatype))}: expected a datatype of the Open Inference Protocol, e.g. FP32`,
  );
}
