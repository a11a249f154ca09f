// The rule of LSTM, GRU and RNN.

import { intOf, stringOf } from '../../onnx/onnx-graph.js';
import { fixed, type Length } from '../state/length.js';
import { combines, dimsAt, isConstantBut, lost, rowsAt, rowsOf, type RowRule } from '../state/node-view.js';
import { sameOrder } from '../state/row-state.js';

/** Inputs with one value or state per item: the lengths of the sequences, the initial states and the initial cells. */
const perItem = [4, 5, 6];

export const recurrent: RowRule = (view) => {
  const { node, inputs } = view;
  const x = rowsAt(view, 0);
  if (x === undefined || !isConstantBut(view, 0, ...perItem)) return lost(view, 'has weights that depend on the input');
  const last = intOf(node, 'layout', 0) === 1;
  const [axis, steps] = last ? [0, 1] : [1, 0];
  if (x.at.axis === steps) return combines(view, 'reads the batch as a sequence');
  if (x.at.axis !== axis) return lost(view, 'reads the batch as features');
  for (const index of perItem) {
    const state = inputs[index];
    if (state === undefined) continue;
    const own = index === 4 || last ? 0 : 1;
    if (state.kind !== 'rows' || state.at.axis !== own || !sameOrder(state.at, x.at))
      return lost(view, 'starts from states that are not those of the items');
  }
  const directions = fixed(stringOf(node, 'direction', 'forward') === 'bidirectional' ? 2 : 1);
  const hidden: Length = dimsAt(view, 2)?.[2] ?? view.unknowns.length();
  const [length, items] = [x.dims[steps], x.dims[axis]];
  const all = last ? [items, length, directions, hidden] : [length, directions, items, hidden];
  const final = last ? [items, directions, hidden] : [directions, items, hidden];
  const ends = rowsOf(view, { ...x.at, axis: last ? 0 : 1 }, final);
  return [rowsOf(view, { ...x.at, axis: last ? 0 : 2 }, all), ends, ends];
};
