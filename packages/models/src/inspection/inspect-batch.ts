// The signature of a model when it is said how large its batches are, whatever the graph calls its dimensions.

import { ParetoError, withLeadingBatch, type Signature, type TensorSpec } from '@pareto/core';
import type { InspectedValue } from './inspect-dimensions.js';

/** What is looked at of an inspected model. */
export interface BatchInput {
  readonly signature: Signature;
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
}

/**
 * `maxBatchSize` 0: no dimension is a batch; undefined: as the graph tells. Throws `invalid-argument` when batches are wanted and
 * the graph has a tensor whose first dimension is none that varies.
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
    if (fixed !== undefined) throw refuse(role, fixed, maxBatchSize);
  }
  return withLeadingBatch(signature);
}

/** The first dimension is one like the others. */
function withoutBatch({ inputs, outputs }: Signature): Signature {
  const whole = (spec: TensorSpec): TensorSpec => ({ ...spec, dims: [-1, ...spec.dims] });
  return { inputs: inputs.map(whole), outputs: outputs.map(whole), batched: false };
}

function refuse(role: string, { name, dims }: InspectedValue, maxBatchSize: number): ParetoError {
  const first = dims.length === 0 ? 'is a scalar' : `has [${dims.join(', ')}], whose first dimension is fixed`;
  return new ParetoError(
    'invalid-argument',
    `max_batch_size is ${maxBatchSize}, and ${role} ${JSON.stringify(name)} of the graph ${first}: a batch needs a first dimension that varies in every input and output; give 0 for none`,
  );
}
