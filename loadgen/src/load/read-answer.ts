// Reads who answered, and whether the answer is correct.

import { elementCount } from '@pareto/core';
import { toNumbers } from '@pareto/models';
import { decodeInferResponse, type RawTensor } from '@pareto/protocol';
import type { Outcome } from '../tally/outcome.js';

/** Returns the variant, or the model if the server is not Pareto. Throws if the answer is malformed. */
export function readAnswer(body: Buffer, label: number | undefined): Pick<Outcome, 'variant' | 'right'> {
  const { parameters, outputs, modelName } = decodeInferResponse(body);
  const variant = String(parameters.get('pareto_variant') ?? modelName);
  const output = outputs.find(namesClass);
  if (label === undefined || output === undefined) return { variant, right: undefined };
  const { datatype, shape, raw } = output;
  const values = toNumbers({ datatype, dims: shape, data: raw });
  return { variant, right: (values.length === 1 ? values[0] : argmax(values)) === label };
}

/** Returns whether an output names a class: by the scores of all classes, or as one whole number, the class itself. */
function namesClass({ datatype, shape }: RawTensor): boolean {
  if (datatype === 'BYTES' || datatype === 'BF16') return false;
  return elementCount(shape) > 1 || !datatype.startsWith('FP');
}

function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if ((values[index] ?? NaN) > (values[best] ?? NaN)) best = index;
  return best;
}
