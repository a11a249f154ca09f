// Compares the tensors that a configuration declares with those of the graph.

import type { TensorSpec } from '@pareto/core';
import { signatureFor } from '../inspection/inspect-batch.js';
import type { InspectedValue } from '../inspection/inspect-dimensions.js';
import type { InspectedModel } from '../inspection/inspect.js';
import type { ConfigTensor, ModelConfig } from './model-config.js';
import type { ConfigRemark } from './config-remarks.js';
import { textError, type SourcePosition } from './text-tokens.js';

export interface CheckedConfig {
  /** Maximum batch size. 0 means that no dimension is a batch; undefined means that the graph determines it. */
  readonly maxBatchSize: number | undefined;
  readonly remarks: readonly ConfigRemark[];
}

/** Throws `invalid-argument` with both values if the configuration contradicts the graph. */
export function checkConfig(config: ModelConfig, model: InspectedModel): CheckedConfig {
  const maxBatchSize = config.maxBatchSize ?? impliedBatch(config, model);
  const batched = batchedBy(config, model, maxBatchSize);
  const remarks = [
    ...checkTensors(config, 'input', config.inputs, model.signature.inputs, model.inputs, batched),
    ...checkTensors(config, 'output', config.outputs, model.signature.outputs, model.outputs, batched),
  ];
  return { maxBatchSize, remarks };
}

/**
 * Returns 0 if a tensor is listed with all its dimensions: without `max_batch_size` that means no batch. Undefined
 * otherwise.
 */
function impliedBatch({ inputs, outputs }: ModelConfig, model: InspectedModel): 0 | undefined {
  const listsAll = (tensors: readonly ConfigTensor[], values: readonly InspectedValue[]): boolean =>
    tensors.some(
      ({ name, dims }) => dims !== undefined && values.find((v) => v.name === name)?.dims.length === dims.length,
    );
  return listsAll(inputs, model.inputs) || listsAll(outputs, model.outputs) ? 0 : undefined;
}

function batchedBy(config: ModelConfig, model: InspectedModel, maxBatchSize: number | undefined): boolean {
  try {
    return signatureFor(model, maxBatchSize).batched;
  } catch (error) {
    throw textError(config.file, config.positionOf('max_batch_size'), error instanceof Error ? error.message : '');
  }
}

function checkTensors(
  { file }: ModelConfig,
  role: 'input' | 'output',
  tensors: readonly ConfigTensor[],
  specs: readonly TensorSpec[],
  values: readonly InspectedValue[],
  batched: boolean,
): readonly ConfigRemark[] {
  return tensors.flatMap((tensor) => {
    const at = specs.findIndex(({ name }) => name === tensor.name);
    const [spec, value] = [specs[at], values[at]];
    const mismatch = (why: string): Error =>
      textError(file, tensor.at, `${role} ${JSON.stringify(tensor.name)} ${why}`);
    if (spec === undefined || value === undefined) {
      const known = specs.map(({ name }) => JSON.stringify(name)).join(', ');
      throw mismatch(`is not in the graph, whose ${role}s are ${known}`);
    }
    if (tensor.datatype !== undefined && tensor.datatype !== spec.datatype) {
      throw mismatch(`is ${tensor.datatype} in the configuration and ${spec.datatype} in the graph`);
    }
    return checkDims(tensor, role, batched ? value.dims.slice(1) : value.dims, batched, mismatch);
  });
}

function checkDims(
  { dims, at }: ConfigTensor & { readonly at: SourcePosition },
  role: 'input' | 'output',
  graph: InspectedValue['dims'],
  batched: boolean,
  mismatch: (why: string) => Error,
): readonly ConfigRemark[] {
  if (dims === undefined) return [];
  const fits = (dim: number, i: number): boolean => dim === -1 || typeof graph[i] === 'string' || dim === graph[i];
  if (dims.length !== graph.length || !dims.every(fits)) {
    const without = batched ? ' without its batch' : '';
    throw mismatch(
      `has dims [${dims.join(', ')}] in the configuration and [${graph.join(', ')}] in the graph${without}`,
    );
  }
  const isNarrower = role === 'input' && dims.some((dim, i) => dim !== -1 && typeof graph[i] === 'string');
  const text = 'the graph accepts any size, and so does the served model';
  return isNarrower ? [{ field: 'input.dims', text, ...at }] : [];
}
