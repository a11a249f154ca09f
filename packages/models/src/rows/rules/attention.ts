// The rule of attention operators, whose first dimension is the batch.

import { isNumber } from '../state/length.js';
import { isConstantBut, lost, rowsOfRank, type RowRule } from '../state/node-view.js';
import { sameItems } from '../state/row-state.js';

/** Rank of a mask with a batch: batch, heads, and both lengths. Shorter ones are the same for all items. */
const maskRank = 4;

/**
 * Handles an operator whose inputs at `indices` have items, and whose mask, at another index, may have some. Only the
 * first output is analysed; it has the rank of the first input, or 3 if that is packed.
 */
export function attention(indices: readonly number[], maskAt: number): RowRule {
  return (view) => {
    const mask = view.inputs[maskAt];
    if (!isConstantBut(view, ...indices, maskAt)) return lost(view, 'has a parameter that depends on the input');
    const states = indices.flatMap((index) => view.inputs[index] ?? []);
    const [first, ...others] = states.filter((state) => state.kind === 'rows');
    if (first === undefined || others.length + 1 < states.length)
      return lost(view, 'has a constant as long as the batch');
    if (first.at.axis !== 0 || !others.every(({ at }) => sameItems(at, first.at)))
      return lost(view, 'expects the batch as the first dimension');
    const shared =
      mask?.kind === 'constant' &&
      mask.dims !== undefined &&
      (mask.dims.length < maskRank || isNumber(mask.dims[0], 1));
    const own = mask?.kind === 'rows' && mask.dims.length === maskRank && sameItems(mask.at, first.at);
    if (mask !== undefined && !shared && !own) return lost(view, 'has a mask of another batch');
    const rank = first.dims.length;
    return [rowsOfRank(view, first.at, rank > maskRank ? 3 : rank)];
  };
}
