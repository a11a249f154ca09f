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

const isCold = ['pareto_cold_start', true] as const;
const isNotCold = ['pareto_cold_start', false] as const;
const isDegraded = ['pareto_degraded', true] as const;
const isNotDegraded = ['pareto_degraded', false] as const;

/** Returns the reply's parameters. The accuracy is missing if it is not measured. */
export function parametersOf({ decision, spec, costUsd }: ReplyFacts): ReplyParameters {
  const { accuracy, coldStart, degraded, decisionId } = decision;
  const variant = ['pareto_variant', spec.variant] as const;
  const cost = ['pareto_cost', costUsd] as const;
  const id = ['pareto_decision_id', decisionId] as const;
  const cold = coldStart ? isCold : isNotCold;
  const worse = degraded ? isDegraded : isNotDegraded;
  if (accuracy === undefined) return [variant, cost, cold, worse, id];
  return [variant, ['pareto_accuracy', accuracy], cost, cold, worse, id];
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
    outputs: outputs.map((output) => {
      const { name, datatype, shape, data } = inRequestedForm(output, facts);
      return { name, datatype, shape, raw: data };
    }),
  };
  return encodeInferResponse(response, facts.query.typed);
}

function inRequestedForm(output: TensorOutput, { query, labels, spec }: AnswerFacts): TensorOutput {
  const count = query.classes.get(output.name);
  if (count === undefined) return output;
  return classify(output, count, { labels: labels.get(output.name), batched: spec.signature.batched });
}

/** Returns the version of the requested variant or architecture. A task always has version 1. */
function versionOf({ modelName }: ScannedRequest, spec: VariantSpec): string {
  const architecture = architectureNameOf(spec.variant);
  const named = modelName === spec.variant || modelName === architecture;
  return named ? String(spec.version) : '1';
}
