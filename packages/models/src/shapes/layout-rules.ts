// Shape rules of operators that move elements without computing: reshape, concatenate, slice and gather.

import type { OnnxNode } from '../onnx/onnx.js';
import { intOf, intsOf } from '../onnx/onnx-graph.js';
import { shapeGivenBy } from './known-integers.js';
import { fromFront, multiply, sizeOf, type Known, type Shape, type ShapeRule } from './shape.js';

const maxRank = 64;

/**
 * Returns the axes of a node, from its attribute (before opset 13) or from the input at `index`. Undefined if they are
 * unknown.
 */
export function axesOf(node: OnnxNode, known: Known, index: number): readonly number[] | undefined {
  const given = intsOf(node, 'axes') ?? known.integers(index);
  return given?.every((axis) => axis !== undefined) === true ? given : undefined;
}

const reshape: ShapeRule = (node, known) => {
  const [x, target] = [known.shape(0), known.integers(1)];
  if (target === undefined) return [unknownOfRank(known.shape(1)?.[0])];
  const copies = intOf(node, 'allowzero', 0) === 0;
  const dims = target.map((dim, index) => (dim === 0 && copies ? x?.[index] : dim));
  const open = dims.indexOf(-1);
  if (open < 0) return [dims];
  const [whole, rest] = [sizeOf(x), sizeOf(dims.filter((dim) => dim !== -1))];
  dims[open] = whole === undefined || rest === undefined || rest === 0 ? undefined : whole / rest;
  return [dims];
};

const unknownOfRank = (rank: number | undefined): Shape | undefined =>
  rank === undefined || rank > maxRank ? undefined : Array<undefined>(rank).fill(undefined);

const flatten: ShapeRule = (node, known) => {
  const x = known.shape(0);
  if (x === undefined) return [[undefined, undefined]];
  const axis = fromFront(intOf(node, 'axis', 1), x.length);
  return [[sizeOf(x.slice(0, axis)), sizeOf(x.slice(axis))]];
};

const transpose: ShapeRule = (node, known) => {
  const x = known.shape(0);
  if (x === undefined) return [];
  const order = intsOf(node, 'perm') ?? x.map((_, index) => x.length - 1 - index);
  return [order.map((axis) => x[axis])];
};

const concat: ShapeRule = (node, known) => {
  const parts = node.input.map((_, index) => known.shape(index));
  const whole = parts.find((part) => part !== undefined);
  if (whole === undefined) return [];
  const axis = fromFront(intOf(node, 'axis', 0), whole.length);
  return [
    whole.map((_, index) => {
      const dims = parts.map((part) => part?.[index]);
      if (index !== axis) return dims.find((dim) => dim !== undefined);
      return dims.reduce((sum, dim) => (sum === undefined || dim === undefined ? undefined : sum + dim), 0);
    }),
  ];
};

const squeeze: ShapeRule = (node, known) => {
  const [x, axes] = [known.shape(0), axesOf(node, known, 1)];
  if (x === undefined) return [];
  if (axes === undefined) return node.input.length > 1 || x.includes(undefined) ? [] : [x.filter((dim) => dim !== 1)];
  const gone = new Set(axes.map((axis) => fromFront(axis, x.length)));
  return [x.filter((_, index) => !gone.has(index))];
};

const unsqueeze: ShapeRule = (node, known) => {
  const [x, axes] = [known.shape(0), axesOf(node, known, 1)];
  if (x === undefined || axes === undefined) return [];
  const rank = x.length + axes.length;
  const added = new Set(axes.map((axis) => fromFront(axis, rank)));
  const rest = [...x];
  return [Array.from({ length: rank }, (_, index) => (added.has(index) ? 1 : rest.shift()))];
};

const split: ShapeRule = (node, known) => {
  const x = known.shape(0);
  if (x === undefined) return [];
  const axis = fromFront(intOf(node, 'axis', 0), x.length);
  const sizes = intsOf(node, 'split') ?? known.integers(1);
  const [whole, parts] = [x[axis], node.output.length];
  const equal = whole === undefined ? undefined : Math.ceil(whole / parts);
  const sizeAt = (part: number): number | undefined => {
    if (sizes !== undefined || node.input.length > 1) return sizes?.[part];
    if (equal === undefined || whole === undefined) return undefined;
    return part === parts - 1 ? whole - equal * (parts - 1) : equal;
  };
  return node.output.map((_, part) => x.map((dim, index) => (index === axis ? sizeAt(part) : dim)));
};

const slice: ShapeRule = (node, known) => {
  const x = known.shape(0);
  if (x === undefined) return [];
  const given = (name: string, index: number): Shape | undefined => intsOf(node, name) ?? known.integers(index);
  const [starts, ends] = [given('starts', 1), given('ends', 2)];
  const axes = given('axes', 3) ?? (node.input.length > 3 ? undefined : starts?.map((_, index) => index));
  const steps = known.integers(4) ?? (node.input.length > 4 ? undefined : starts?.map(() => 1));
  if (axes === undefined) return [x.map(() => undefined)];
  const dims = [...x];
  for (const [index, axis] of axes.entries()) {
    if (axis === undefined) return [x.map(() => undefined)];
    const at = fromFront(axis, x.length);
    dims[at] = sliced(x[at], starts?.[index], ends?.[index], steps?.[index]);
  }
  return [dims];
};

function sliced(dim?: number, start?: number, end?: number, step?: number): number | undefined {
  if (dim === undefined || start === undefined || end === undefined || step === undefined || step === 0)
    return undefined;
  const clamp = (at: number, min: number, max: number): number => Math.min(Math.max(at < 0 ? at + dim : at, min), max);
  const [from, to] =
    step > 0 ? [clamp(start, 0, dim), clamp(end, 0, dim)] : [clamp(start, 0, dim - 1), clamp(end, -1, dim - 1)];
  return Math.max(0, Math.ceil((to - from) / step));
}

const gather: ShapeRule = (node, known) => {
  const [x, indices] = [known.shape(0), known.shape(1)];
  if (x === undefined || indices === undefined) return [];
  const axis = fromFront(intOf(node, 'axis', 0), x.length);
  return [[...x.slice(0, axis), ...indices, ...x.slice(axis + 1)]];
};

const pad: ShapeRule = (node, known) => {
  const [x, pads] = [known.shape(0), intsOf(node, 'pads') ?? known.integers(1)];
  if (x === undefined) return [];
  if (pads?.length !== 2 * x.length || (node.input[3] ?? '') !== '') return [x.map(() => undefined)];
  return [x.map((dim, index) => add(dim, pads[index], pads[index + x.length]))];
};

const add = (...terms: readonly (number | undefined)[]): number | undefined =>
  terms.reduce((sum, term) => (sum === undefined || term === undefined ? undefined : sum + term), 0);

const tile: ShapeRule = (_, known) => {
  const [x, repeats] = [known.shape(0), known.integers(1)];
  return x === undefined ? [] : [x.map((dim, index) => multiply(dim, repeats?.[index]))];
};

const shapeOf: ShapeRule = (node, known) => [[shapeGivenBy(node, known)?.length]];

const constantOfShape: ShapeRule = (_, known) => [known.integers(0)];

export const layoutRules: readonly (readonly [string, ShapeRule])[] = [
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Transpose', transpose],
  ['Concat', concat],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Split', split],
  ['Slice', slice],
  ['Gather', gather],
  ['Pad', pad],
  ['Tile', tile],
  ['Shape', shapeOf],
  ['ConstantOfShape', constantOfShape],
];
