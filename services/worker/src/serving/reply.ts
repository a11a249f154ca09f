// Encodes the reply to a query: its outputs, and parameters such as the variant and the cost.

import { architectureNameOf, type VariantSpec } from '@pareto/core';
import {
  encodeInferResponse,
  type ParameterValue,
  type Payload,
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

/** Trailers with the reply's parameters, by the names of the parameters. */
const trailerNames = {
  pareto_variant: 'pareto-variant',
  pareto_accuracy: 'pareto-accuracy',
  pareto_cost: 'pareto-cost',
  pareto_cold_start: 'pareto-cold-start',
  pareto_degraded: 'pareto-degraded',
  pareto_decision_id: 'pareto-decision-id',
} as const;
type ParameterName = keyof typeof trailerNames;

export type ReplyParameters = readonly (readonly [ParameterName, ParameterValue])[];

/** Returns the reply's parameters. The accuracy is missing if it is not measured. */
export function parametersOf({ decision, spec, costUsd }: ReplyFacts): ReplyParameters {
  const { accuracy, coldStart, degraded, decisionId } = decision;
  const parameters: (readonly [ParameterName, ParameterValue])[] = [['pareto_variant', spec.variant]];
  if (accuracy !== undefined) parameters.push(['pareto_accuracy', accuracy]);
  parameters.push(['pareto_cost', costUsd], ['pareto_cold_start', coldStart], ['pareto_degraded', degraded]);
  parameters.push(['pareto_decision_id', decisionId]);
  return parameters;
}

/** Sets the reply's parameters as trailers too. */
export function setReplyTrailers(call: Pick<ServerCall, 'setTrailer'>, parameters: ReplyParameters): void {
  for (const parameter of parameters) call.setTrailer(trailerNames[parameter[0]], String(parameter[1]));
}

export interface AnswerFacts extends Pick<ReplyFacts, 'spec'> {
  readonly parameters: ReplyParameters;
  readonly query: Pick<CheckedQuery, 'outputs' | 'classes' | 'typed'>;
  readonly labels: LabelTexts;
}

/**
 * Encodes the reply in the form of the request: with its model name and id, the requested outputs, and typed contents
 * if it used them.
 */
export function encodeReply(request: ScannedRequest, outputs: readonly TensorOutput[], facts: AnswerFacts): Payload {
  const response = {
    modelName: request.modelName,
    modelVersion: versionOf(request, facts.spec),
    id: request.id,
    parameters: facts.parameters,
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

/** Returns the version of the requested variant or architecture. A task always has version 1. */
function versionOf({ modelName }: ScannedRequest, spec: VariantSpec): string {
  const architecture = architectureNameOf(spec.variant);
  const named = modelName === spec.variant || modelName === architecture;
  return named ? String(spec.version) : '1';
}
