// What a query is answered with: the outputs, and what answered it and at what price.

import { architectureNamed, type VariantSpec } from '@pareto/core';
import {
  encodeInferResponse,
  type ParameterValue,
  type RoutedDecision,
  type ScannedRequest,
  type ServerCall,
} from '@pareto/rpc';
import type { TensorOutput } from '@pareto/runtime';

export interface ReplyFacts {
  readonly decision: RoutedDecision;
  readonly spec: VariantSpec;
  readonly costUsd: number;
}

/** The answer's parameters; an unmeasured variant has no accuracy. */
function parametersOf({ decision, spec, costUsd }: ReplyFacts): readonly (readonly [string, ParameterValue])[] {
  const accuracy = decision.accuracy === undefined ? [] : ([['pareto_accuracy', decision.accuracy]] as const);
  return [
    ['pareto_variant', spec.variant],
    ...accuracy,
    ['pareto_cost', costUsd],
    ['pareto_cold_start', decision.coldStart],
    ['pareto_degraded', decision.degraded],
    ['pareto_decision_id', decision.decisionId],
  ];
}

/** The same as the parameters, as trailers: `pareto-variant` and so on. */
export function setReplyTrailers(call: Pick<ServerCall, 'setTrailer'>, facts: ReplyFacts): void {
  for (const [name, value] of parametersOf(facts)) call.setTrailer(name.replaceAll('_', '-'), String(value));
}

/** Mirrors the request: its model name and id, and typed contents for typed contents. */
export function encodeReply(
  request: ScannedRequest,
  outputs: readonly TensorOutput[],
  facts: ReplyFacts,
  typed: boolean,
): Buffer {
  const response = {
    modelName: request.modelName,
    modelVersion: versionOf(request, facts.spec),
    id: request.id,
    parameters: parametersOf(facts),
    outputs: outputs.map(({ name, datatype, shape, data }) => ({ name, datatype, shape, raw: data })),
  };
  return encodeInferResponse(response, typed);
}

/** As asked for; else the architecture's when it was named, and a task's is always 1. */
function versionOf({ modelName, modelVersion }: ScannedRequest, spec: VariantSpec): string {
  if (modelVersion !== '') return modelVersion;
  const architecture = architectureNamed(spec.variant);
  const named = modelName === spec.variant || modelName === architecture;
  return named ? String(spec.version) : '1';
}
