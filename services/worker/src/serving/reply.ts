// What a query is answered with: the outputs, and what answered it and at what price.

import { architectureNameOf, type VariantSpec } from '@pareto/core';
import {
  encodeInferResponse,
  type ParameterValue,
  type RoutedDecision,
  type ScannedRequest,
  type ServerCall,
} from '@pareto/rpc';
import type { TensorOutput } from '@pareto/runtime';
import type { CheckedQuery } from '../requests/check-request.js';
import { classify, type LabelTexts } from '../requests/classify.js';

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

export interface AnswerFacts extends ReplyFacts {
  readonly query: Pick<CheckedQuery, 'outputs' | 'classes' | 'typed'>;
  readonly labels: LabelTexts;
}

/** Mirrors the request: its model name and id, its outputs as they were asked for, and typed contents for typed contents. */
export function encodeReply(request: ScannedRequest, outputs: readonly TensorOutput[], facts: AnswerFacts): Buffer {
  const response = {
    modelName: request.modelName,
    modelVersion: versionOf(request, facts.spec),
    id: request.id,
    parameters: parametersOf(facts),
    outputs: inRequestedForm(outputs, facts).map(({ name, datatype, shape, data }) => ({
      name,
      datatype,
      shape,
      raw: data,
    })),
  };
  return encodeInferResponse(response, facts.query.typed);
}

function inRequestedForm(
  outputs: readonly TensorOutput[],
  { query, labels, spec }: AnswerFacts,
): readonly TensorOutput[] {
  const { batched } = spec.signature;
  return outputs.map((output) => {
    const count = query.classes.get(output.name);
    return count === undefined ? output : classify(output, count, { labels: labels.get(output.name), batched });
  });
}

/** A task's is always 1. */
function versionOf({ modelName }: ScannedRequest, spec: VariantSpec): string {
  const architecture = architectureNameOf(spec.variant);
  const named = modelName === spec.variant || modelName === architecture;
  return named ? String(spec.version) : '1';
}
