// Turns a ModelInferRequest into a query of the router core.

import { scanInferRequest, type Payload, type ScannedRequest, type ServerCall } from '@pareto/rpc';
import { checkParameters } from '../resolve/check-parameters.js';
import { priorityOf } from '@pareto/rpc';
import { objectiveOfMetadata, objectiveOfParameters, timeoutMsOf } from '../resolve/read-objective.js';
import type { RouterCore } from '../query/router-core.js';
import { serve, type Served } from '../query/serve.js';

export const modelInfer = (core: RouterCore, payload: Payload, call: ServerCall): Promise<Served> =>
  inferScanned(core, payload, scanInferRequest(payload), call);

/** Serves `payload`, whose fields are `scanned`. Throws a ParetoError whose code is the query's status. */
export function inferScanned(
  core: RouterCore,
  payload: Payload,
  scanned: ScannedRequest,
  call: ServerCall,
): Promise<Served> {
  checkParameters(scanned);
  const { modelName, modelVersion, parameters, inputs } = scanned;
  return serve(core, {
    target: modelName,
    version: modelVersion,
    inputs,
    payload,
    objectiveSources: [objectiveOfParameters(parameters), objectiveOfMetadata(call.metadata)],
    priority: priorityOf(parameters),
    timeoutMs: timeoutMsOf(parameters),
    call,
  });
}
