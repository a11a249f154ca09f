// Turns a ModelInferRequest into a query of the router core.

import type { PartialObjective } from '@pareto/core';
import { priorityOf, scanInferRequest, type Payload, type ScannedRequest, type ServerCall } from '@pareto/rpc';
import { checkParameters } from '../resolve/check-parameters.js';
import { noObjective, objectiveOfMetadata, objectiveOfParameters, timeoutMsOf } from '../resolve/read-objective.js';
import { StatedObjectives, type ClientQuery } from '../resolve/resolve.js';
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
  const { objective, objectives, priority, timeoutMs } = parametersOf(scanned);
  const inMetadata = objectiveOfMetadata(call.metadata);
  const { modelName, modelVersion } = scanned;
  return serve(core, {
    target: modelName,
    version: modelVersion,
    payload,
    request: scanned,
    objectives: inMetadata === noObjective ? objectives : new StatedObjectives(objective, inMetadata),
    priority,
    timeoutMs,
    call,
  });
}

/** Meaning of the parameters of a request. */
interface ReadParameters extends Pick<ClientQuery, 'objectives' | 'priority' | 'timeoutMs'> {
  readonly objective: PartialObjective;
}

const known = new WeakMap<object, ReadParameters>();

/** Reads and checks the parameters, once for requests with equal ones. Throws `invalid-argument`. */
function parametersOf(scanned: ScannedRequest): ReadParameters {
  const { head, parameters } = scanned;
  const before = head && known.get(head);
  if (before !== undefined) return before;
  checkParameters(scanned);
  const objective = objectiveOfParameters(parameters);
  const read = {
    objective,
    objectives: new StatedObjectives(objective),
    priority: priorityOf(parameters),
    timeoutMs: timeoutMsOf(parameters),
  };
  if (head !== undefined) known.set(head, read);
  return read;
}
