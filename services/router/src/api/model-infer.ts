// Turns a ModelInferRequest into a query of the router.

import type { PartialObjective } from '@pareto/core';
import { priorityOf, scanInferRequest, type Payload, type ScannedRequest } from '@pareto/protocol';
import { type ReplyReceiver, type ServerCall } from '@pareto/rpc';
import { checkParameters } from '../resolve/check-parameters.js';
import { noObjective, objectiveOfMetadata, objectiveOfParameters, timeoutMsOf } from '../resolve/read-objective.js';
import { StatedObjectives, type ClientQuery } from '../resolve/resolve.js';
import type { RouterContext } from '../query/router-context.js';
import type { Answer, AnswerReceiver } from '../query/answer.js';
import { serve, startServing } from '../query/serve.js';

/** Serves `payload`. The receiver gets the answer or the error, unless this throws a ParetoError. */
export const modelInfer = (router: RouterContext, payload: Payload, call: ServerCall, receiver: ReplyReceiver): void =>
  startServing(router, queryOf(payload, scanInferRequest(payload), call), new PayloadReceiver(receiver));

/** Passes only the payload on. */
class PayloadReceiver implements AnswerReceiver {
  readonly #receiver: ReplyReceiver;

  constructor(receiver: ReplyReceiver) {
    this.#receiver = receiver;
  }
  succeed({ payload }: Answer): void {
    this.#receiver.succeed(payload);
  }
  fail(error: unknown): void {
    this.#receiver.fail(error);
  }
}

/** Serves `payload`, whose fields are `scanned`. Rejects with a ParetoError whose code is the query's status. */
export const inferScanned = async (
  router: RouterContext,
  payload: Payload,
  scanned: ScannedRequest,
  call: ServerCall,
): Promise<Answer> => serve(router, queryOf(payload, scanned, call));

/** Throws `invalid-argument` if a parameter is malformed. */
function queryOf(payload: Payload, scanned: ScannedRequest, call: ServerCall): ClientQuery {
  const { objective, objectives, priority, timeoutMs } = parametersOf(scanned);
  const inMetadata = objectiveOfMetadata(call.metadata);
  const { modelName, modelVersion } = scanned;
  return {
    target: modelName,
    version: modelVersion,
    payload,
    request: scanned,
    objectives: inMetadata === noObjective ? objectives : new StatedObjectives(objective, inMetadata),
    priority,
    timeoutMs,
    call,
  };
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
