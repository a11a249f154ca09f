// Derives the signature of a model whose maximum batch size is given explicitly, whatever the names of its dimensions
// are.

import { ParetoError, withLeadingBatch, type Signature, type TensorSpec } from '@pareto/core';
import type { InspectedValue } from './inspect-dimensions.js';

/** The part of an inspected model that determines its batch. */
export interface BatchInput {
  readonly signature: Signature;
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
}

/**
 * Returns the signature for a maximum batch size. 0 means that no dimension is a batch; undefined keeps what the graph
 * declares. Throws `invalid-argument` for a batch if an input or output has no dynamic first dimension.
 */
export function signatureFor(model: BatchInput, maxBatchSize: number | undefined): Signature {
  const { signature } = model;
  if (maxBatchSize === undefined || maxBatchSize > 0 === signature.batched) return signature;
  if (maxBatchSize === 0) return withoutBatch(signature);
  for (const [role, values] of [
    ['input', model.inputs],
    ['output', model.outputs],
  ] as const) {
    const fixed = values.find(({ dims }) => typeof dims[0] !== 'string');
    if (fixed !== undefined) throw fixedDimensionError(role, fixed, maxBatchSize);
  }
  return withLeadingBatch(signature);
}

/** Returns the signature with the batch dimension as an ordinary one. */
function withoutBatch({ inputs, outputs }: Signature): Signature {
  const whole = (spec: TensorSpec): TensorSpec => ({ ...spec, dims: [-1, ...spec.dims] });
  return { inputs: inputs.map(whole), outputs: outputs.map(whole), batched: false };
}

function fixedDimensionError(role: string, { name, dims }: InspectedValue, maxBatchSize: number): ParetoError {
  const first = dims.length === 0 ? 'is a scalar' : `has [${dims.join(', ')}], whose first dimension is fixed`;
  return new ParetoError(
    'invalid-argument',
    `max_batch_size is ${maxBatchSize}, and ${role} ${JSON.stringify(name)} of the graph ${first}: a batch needs a dynamic first dimension in every input and output; set it to 0 to run without batches`,
  );
}
