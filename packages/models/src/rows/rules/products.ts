// Rules of matrix products.

import { intOf, stringOf } from '../../onnx/onnx-graph.js';
import { fixed, isNumber, one, stretchedTo, type Length } from '../state/length.js';
import {
  combines,
  dimsAt,
  isConstantBut,
  lost,
  rowsAt,
  rowsOf,
  type NodeView,
  type RowRule,
} from '../state/node-view.js';
import { sameOrder, type ItemsAt, type Rows, type RowState } from '../state/row-state.js';
import { broadcastRows } from './elementwise.js';

interface Factor {
  readonly dims: readonly (Length | undefined)[];
  readonly rows: Rows | undefined;
}

/** Handles products of the inputs `a` and `b`, as NumPy's `matmul`. The other inputs are constants. */
export const matMul =
  (a = 0, b = 1): RowRule =>
  (view) => {
    if (!isConstantBut(view, a, b)) return lost(view, 'has a parameter that depends on the input');
    // Scales and zero points may have the shape of the second factor.
    if (rowsAt(view, b) !== undefined && view.inputs.length > 2) return lost(view, 'has parameters of its items');
    const turned = (name: string): boolean => intOf(view.node, name, 0) !== 0;
    if (turned('transBatchA') || turned('transBatchB')) return lost(view, 'transposes its batch');
    return [product(view, factorAt(view, a, turned('transA')), factorAt(view, b, turned('transB')))];
  };

/** Handles products of two matrices and an addend. */
export const gemm =
  (a = 0, b = 1, addend = 2): RowRule =>
  (view) => {
    if (!isConstantBut(view, a, b, addend)) return lost(view, 'has a parameter that depends on the input');
    const turned = (name: string): boolean => intOf(view.node, name, 0) !== 0;
    const [left, right] = [factorAt(view, a, turned('transA')), factorAt(view, b, turned('transB'))];
    const added = view.inputs[addend];
    if (left?.rows === undefined && right?.rows === undefined) return lost(view, 'adds items to a constant');
    const bare = product(view, left, right);
    return [added === undefined || bare.kind !== 'rows' ? bare : broadcastRows(view, [bare, added])];
  };

/** Handles products with a matrix of `columns` columns, in another form, along the last axis. */
export const lastAxis =
  (columns: string): RowRule =>
  (view) => {
    const x = rowsAt(view, 0);
    if (x === undefined || !isConstantBut(view, 0)) return lost(view, 'has a parameter that depends on the input');
    const last = x.dims.length - 1;
    if (x.at.axis === last) return combines(view);
    const width = fixed(intOf(view.node, columns, 0));
    return [
      rowsOf(
        view,
        x.at,
        x.dims.map((dim, axis) => (axis === last ? width : dim)),
      ),
    ];
  };

function factorAt(view: NodeView, index: number, transposed: boolean): Factor | undefined {
  const [dims, rows] = [dimsAt(view, index), rowsAt(view, index)];
  if (dims === undefined || dims.length === 0 || dims.some((length) => isNumber(length, 0))) return undefined;
  if (!transposed) return { dims, rows };
  const rank = dims.length;
  if (rank < 2) return undefined;
  const turn = (axis: number): number => (axis < rank - 2 ? axis : 2 * rank - 3 - axis);
  const turnedDims = dims.map((_, axis) => dims[turn(axis)]);
  if (rows === undefined) return { dims: turnedDims, rows };
  const all = rows.dims.map((dim, axis) => rows.dims[turn(axis)] ?? dim);
  return { dims: turnedDims, rows: { ...rows, dims: all, at: { ...rows.at, axis: turn(rows.at.axis) } } };
}

/** Role of an axis in a product: one of those that are broadcast, the one that is summed, or the one that is kept. */
type Role =
  | { readonly kind: 'stack'; readonly fromEnd: number }
  | { readonly kind: 'summed' }
  | { readonly kind: 'kept' };

function roleOf(axis: number, rank: number, isLeft: boolean): Role {
  const summed = rank === 1 || axis === (isLeft ? rank - 1 : rank - 2);
  if (summed) return { kind: 'summed' };
  return axis >= rank - 2 ? { kind: 'kept' } : { kind: 'stack', fromEnd: rank - axis };
}

function product(view: NodeView, a: Factor | undefined, b: Factor | undefined): RowState {
  if (a === undefined || b === undefined) return lost(view, 'has a factor of unknown shape')[0];
  const left = a.rows && roleOf(a.rows.at.axis, a.dims.length, true);
  const right = b.rows && roleOf(b.rows.at.axis, b.dims.length, false);
  if (left?.kind === 'summed' || right?.kind === 'summed') return combines(view, 'sums over the batch')[0];
  const rows = a.rows ?? b.rows;
  const role = left ?? right;
  if (rows === undefined || role === undefined) return lost(view, 'has no factor with items')[0];
  if (left !== undefined && right !== undefined) {
    if (left.kind === 'kept' || right.kind === 'kept')
      return combines(view, 'combines each item with every other one')[0];
    if (left.fromEnd !== right.fromEnd || !inOrder(a.rows, b.rows))
      return lost(view, 'has factors with their items in different dimensions')[0];
  }
  return placed(view, { a, b, rows, role, isLeft: left !== undefined });
}

const inOrder = (a: Rows | undefined, b: Rows | undefined): boolean =>
  a !== undefined && b !== undefined && sameOrder(a.at, b.at);

interface Placed {
  readonly a: Factor;
  readonly b: Factor;
  readonly rows: Rows;
  readonly role: Role;
  readonly isLeft: boolean;
}

function placed(view: NodeView, { a, b, rows, role, isLeft }: Placed): RowState {
  const stackRank = Math.max(a.dims.length - 2, b.dims.length - 2, 0);
  const other = isLeft ? b : a;
  // The other factor must not be longer than 1 where this one has its items.
  if (role.kind === 'stack' && other.rows === undefined) {
    const across = other.dims.length >= role.fromEnd ? other.dims.at(-role.fromEnd) : undefined;
    if (other.dims.length >= role.fromEnd && !isNumber(across, 1))
      return lost(view, 'has a constant as long as the batch')[0];
  }
  const stack = Array.from({ length: stackRank }, (_, axis) => stackLength(view, a, b, stackRank + 2 - axis));
  const kept = [...(a.dims.length > 1 ? [a.dims.at(-2)] : []), ...(b.dims.length > 1 ? [b.dims.at(-1)] : [])];
  const keptAxis = isLeft ? stackRank : stackRank + (a.dims.length > 1 ? 1 : 0);
  const at: ItemsAt = { ...rows.at, axis: role.kind === 'stack' ? stackRank + 2 - role.fromEnd : keptAxis };
  return rowsOf(view, at, [...stack, ...kept]);
}

const stackLength = ({ unknowns }: NodeView, a: Factor, b: Factor, fromEnd: number): Length | undefined =>
  stretchedTo(
    unknowns,
    [a, b].flatMap(({ dims }) => (dims.length < fromEnd ? [] : [dims.at(-fromEnd)])),
  );

/** Handles equations in which the items have one letter, which occurs in the result. */
export const einsum: RowRule = (view) => {
  const [left = '', result] = stringOf(view.node, 'equation', '').replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (result === undefined || left.includes('.') || terms.length !== view.inputs.length)
    return lost(view, 'has an equation that is not analysed');
  const lengths = new Map<string, Length>();
  const letters = new Set<string>();
  let first: Rows | undefined;
  for (const [index, term] of terms.entries()) {
    const [rows, dims] = [rowsAt(view, index), dimsAt(view, index)];
    if (dims?.length !== term.length || (rows === undefined && view.inputs[index]?.kind !== 'constant'))
      return lost(view, 'has an operand of unknown shape');
    for (const [axis, dim] of dims.entries()) {
      const letter = term[axis] ?? '';
      if (dim !== undefined && !isNumber(dim, 1)) lengths.set(letter, dim);
    }
    if (rows === undefined) continue;
    letters.add(term[rows.at.axis] ?? '');
    if (first !== undefined && !sameOrder(first.at, rows.at)) return lost(view, 'has items in different orders');
    first ??= rows;
  }
  const [letter = '', ...others] = letters;
  if (first === undefined) return lost(view, 'has no operand with items');
  if (others.length > 0) return combines(view, 'combines each item with every other one');
  if (!result.includes(letter)) return combines(view, 'sums over the batch');
  if (isSpanned(view, terms, letter)) return lost(view, 'has a constant as long as the batch');
  const dims = result.split('').map((each) => lengths.get(each) ?? one);
  return [rowsOf(view, { ...first.at, axis: result.indexOf(letter) }, dims)];
};

/** Returns true if a letter also occurs in an operand that is a constant, or twice in one operand. */
const isSpanned = (view: NodeView, terms: readonly string[], letter: string): boolean =>
  terms.some((term, index) => {
    const count = term.split(letter).length - 1;
    return count > 1 || (count === 1 && rowsAt(view, index) === undefined);
  });
