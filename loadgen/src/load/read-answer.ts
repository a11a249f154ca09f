// Reads who answered, and whether the answer is correct.

import { toNumbers } from '@pareto/models';
import { decodeInferResponse } from '@pareto/protocol';
import type { Outcome } from '../tally/outcome.js';

/** Returns the variant, or the model if the server is not Pareto. Throws if the answer is malformed. */
export function readAnswer(body: Buffer, label: number | undefined): Pick<Outcome, 'variant' | 'right'> {
  const { parameters, outputs, modelName } = decodeInferResponse(body);
  const variant = String(parameters.get('pareto_variant') ?? modelName);
  const [scores] = outputs;
  if (label === undefined || scores === undefined) return { variant, right: undefined };
  const { datatype, shape, raw } = scores;
  const values = toNumbers({ datatype, dims: shape, data: raw });
  // A single score names no class.
  return { variant, right: values.length < 2 ? undefined : argmax(values) === label };
}

function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if ((values[index] ?? NaN) > (values[best] ?? NaN)) best = index;
  return best;
}
