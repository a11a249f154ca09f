// Sends a query with the Open Inference Protocol, for features that only it has: versions, priorities, classification.

import { decodeInferResponse, encodeInferRequest, type ParameterInput } from '@pareto/protocol';
import type { RouterClients } from '../../connection/connect.js';
import type { ObjectiveOptions } from '../../context/options.js';
import type { InputTensor } from './tensor-input.js';

export interface OipQuery {
  readonly target: string;
  readonly modelVersion: string;
  readonly id: string;
  readonly inputs: readonly InputTensor[];
  /** Names of the outputs to return. Empty for all. */
  readonly outputs: readonly string[];
  readonly objective: ObjectiveOptions;
  readonly priority: number | undefined;
  /** Number of best classes to return instead of all scores. Undefined for all scores. */
  readonly top: number | undefined;
}

export type OipAnswer = ReturnType<typeof decodeInferResponse>;

export async function inferByOip(
  { protocol, modelInfer }: RouterClients,
  query: OipQuery,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<OipAnswer> {
  const outputs = await outputsOf(protocol, query, limits);
  const body = encodeInferRequest({
    modelName: query.target,
    modelVersion: query.modelVersion,
    id: query.id,
    parameters: parametersOf(query),
    inputs: query.inputs.map(({ contents, ...head }) => ({ ...head, raw: contents })),
    outputs,
  });
  return decodeInferResponse((await modelInfer(body, limits)).body);
}

/**
 * Returns the requested outputs. Classification is requested per output, so `top` requires naming all outputs. An output
 * of text has no classes, and is returned as it is unless it was named.
 */
async function outputsOf(
  protocol: RouterClients['protocol'],
  { target, modelVersion, outputs, top }: OipQuery,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<readonly { readonly name: string; readonly parameters: readonly [string, ParameterInput][] }[]> {
  if (top === undefined) return outputs.map((name) => ({ name, parameters: [] }));
  const classes: readonly [string, ParameterInput][] = [['classification', BigInt(top)]];
  if (outputs.length > 0) return outputs.map((name) => ({ name, parameters: classes }));
  const metadata = await protocol.modelMetadata({ name: target, version: modelVersion }, limits);
  return metadata.outputs.map(({ name, datatype }) => ({ name, parameters: datatype === 'BYTES' ? [] : classes }));
}

function parametersOf({ objective, priority }: OipQuery): readonly [string, ParameterInput][] {
  const { latencyMs, minAccuracy, accuracyBound, maxCostPer1k, class: queue, degrade, prefer } = objective;
  const given: readonly (readonly [string, ParameterInput | undefined])[] = [
    ['latency_ms', latencyMs],
    ['min_accuracy', minAccuracy],
    ['accuracy_bound', accuracyBound],
    ['max_cost_per_1k', maxCostPer1k],
    ['class', queue],
    ['degrade', degrade],
    ['prefer', prefer],
    ['priority', priority === undefined ? undefined : BigInt(priority)],
  ];
  return given.flatMap(([name, value]): [string, ParameterInput][] => (value === undefined ? [] : [[name, value]]));
}
