// Encodes the reply to a query: its outputs, and parameters such as the variant and the cost.

import { architectureNameOf, type VariantSpec } from '@pareto/core';
import {
  encodeCommonParameters,
  encodeInferResponse,
  type ParameterValue,
  type Payload,
  type RoutedDecision,
  type ScannedRequest,
} from '@pareto/protocol';
import { type ServerCall } from '@pareto/rpc';
import type { TensorOutput } from '@pareto/runtime';
import type { CheckedQuery } from '../requests/check-request.js';
import { classify, type LabelTexts } from '../requests/classify.js';

export interface ReplyFacts {
  readonly decision: RoutedDecision;
  readonly spec: VariantSpec;
  readonly costUsd: number;
}

/** Parameters of a reply, which are trailers too. */
export interface ReplyParameters {
  readonly shared: SharedParameters;
  readonly costUsd: number;
  readonly decisionId: string;
}

/** The parameters that successive replies have in common. */
interface SharedParameters {
  readonly facts: SharedFacts;
  /** The encoded parameters. */
  readonly common: Buffer;
  /** Names and values of the trailers, alternating. */
  readonly trailers: readonly string[];
}

interface SharedFacts extends Pick<RoutedDecision, 'accuracy' | 'costPer1k' | 'coldStart' | 'degraded'> {
  readonly variant: string;
}

/** Returns the parameters of a reply. */
export function parametersOf({ decision, spec, costUsd }: ReplyFacts): ReplyParameters {
  const { accuracy, costPer1k, coldStart, degraded, decisionId } = decision;
  const shared = sharedParameters({ variant: spec.variant, accuracy, costPer1k, coldStart, degraded });
  return { shared, costUsd, decisionId };
}

/** The shared parameters of the last reply. */
let last: SharedParameters | undefined;

/** Returns the shared parameters, which are formatted and encoded once for successive replies with the same. */
function sharedParameters(facts: SharedFacts): SharedParameters {
  if (last === undefined || !isSame(last.facts, facts)) last = formatShared(facts);
  return last;
}

const isSame = (one: SharedFacts, other: SharedFacts): boolean =>
  one.variant === other.variant &&
  one.accuracy === other.accuracy &&
  one.costPer1k === other.costPer1k &&
  one.coldStart === other.coldStart &&
  one.degraded === other.degraded;

/** Formats the shared parameters. The accuracy and the estimated cost are missing if they are unknown. */
function formatShared(facts: SharedFacts): SharedParameters {
  const { variant, accuracy, costPer1k, coldStart, degraded } = facts;
  const parameters: (readonly [string, ParameterValue])[] = [['pareto_variant', variant]];
  if (accuracy !== undefined) parameters.push(['pareto_accuracy', accuracy]);
  if (costPer1k !== undefined) parameters.push(['pareto_cost_per_1k', costPer1k]);
  parameters.push(['pareto_cold_start', coldStart], ['pareto_degraded', degraded]);
  const trailers = parameters.flatMap(([name, value]) => [name.replaceAll('_', '-'), String(value)]);
  return { facts, common: encodeCommonParameters(parameters), trailers };
}

/** Sets the reply's parameters as trailers too. */
export function setReplyTrailers(
  call: Pick<ServerCall, 'setTrailer'>,
  { shared: { trailers }, costUsd, decisionId }: ReplyParameters,
): void {
  for (let at = 0; at < trailers.length; at += 2) call.setTrailer(trailers[at] ?? '', trailers[at + 1] ?? '');
  call.setTrailer('pareto-cost', String(costUsd));
  call.setTrailer('pareto-decision-id', decisionId);
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
  const { shared, costUsd, decisionId } = facts.parameters;
  const response = {
    modelName: request.modelName,
    modelVersion: versionOf(request, facts.spec),
    id: request.id,
    common: shared.common,
    parameters: [['pareto_cost', costUsd] as const, ['pareto_decision_id', decisionId] as const],
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
