// Generates random models of products with constant weights, in all forms that occur in models.

import fc from 'fast-check';
import { floatAttribute, intAttribute } from '../../src/onnx/onnx-parts.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
import type { TensorBytes } from '@pareto/testkit';
import { constantForms, createRandomGraph, type RandomGraph } from './random-graph.js';

export interface ProductsModel {
  readonly model: OnnxModel;
  readonly inputs: readonly TensorBytes[];
  readonly products: number;
}

/** Minimum number of outputs. The similarity of a few random numbers varies much. */
const minOutputs = 200;

const layers = fc.record({
  op: fc.constantFrom('MatMul', 'Gemm'),
  transB: fc.boolean(),
  form: fc.constantFrom(...constantForms),
  /** Shares the weights of the first layer if they fit. */
  shares: fc.boolean(),
  columns: fc.integer({ min: 4, max: 40 }),
  addend: fc.constantFrom('none', 'vector', 'row', 'scalar', 'input'),
  alpha: fc.constantFrom(1, 0.5),
  beta: fc.constantFrom(1, -2),
  /** Adds another consumer of the output. */
  branches: fc.boolean(),
});
type Layer = typeof layers extends fc.Arbitrary<infer T> ? T : never;

const shapes = fc.record({
  seed: fc.integer(),
  rows: fc.integer({ min: 32, max: 150 }),
  batch: fc.integer({ min: 1, max: 5 }),
  /** Makes the input a stack of matrices, which only MatMul supports. */
  steps: fc.option(fc.integer({ min: 1, max: 3 })),
  /** A name that a rewrite would use for a new tensor. */
  clash: fc.constantFrom('input_quantised', 'w0_scales', 'w0_int4', 'h1_product'),
  /** Adds another consumer of the first weights. */
  sharesOutside: fc.boolean(),
  layers: fc.array(layers, { minLength: 1, maxLength: 3 }),
});
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

/** Generates models whose weights have at least `minBytes`. With `constant`, all addends are constants. */
export const productsModel = (minBytes: number, constant = false): fc.Arbitrary<ProductsModel> =>
  shapes.map((shape) => build(constant ? withConstants(shape) : shape, minBytes));

const withConstants = (shape: Shape): Shape => ({
  ...shape,
  layers: shape.layers.map((layer) => ({ ...layer, addend: layer.addend === 'input' ? 'vector' : layer.addend })),
});

interface Weights {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly transB: boolean;
}

function build({ seed, rows, batch, steps, clash, sharesOutside, layers: given }: Shape, minBytes: number) {
  const graph = createRandomGraph(seed);
  let from = graph.input('input', steps === null ? [batch, rows] : [batch, steps, rows]);
  let width = rows;
  const all: Weights[] = [];
  for (const [index, layer] of given.entries()) {
    const op = steps === null ? layer.op : 'MatMul';
    const minColumns = index === given.length - 1 ? Math.ceil(minOutputs / batch) : 0;
    const columns = Math.max(layer.columns, Math.ceil(minBytes / 4 / width), minColumns);
    const weights = pick(graph, { ...layer, op, columns, minColumns }, width, all);
    all.push(weights);
    const product = addProduct(graph, { ...layer, op }, { from, weights, index, batch });
    from = layer.branches ? addBranch(graph, product) : product;
    width = weights.columns;
  }
  graph.node('Relu', [from], clash);
  const outside = sharesOutside ? [graph.node('Transpose', [all[0]?.name ?? ''], 'outside')] : [];
  return { model: graph.model(from, clash, ...outside), inputs: graph.inputs, products: given.length };
}

function pick(
  graph: RandomGraph,
  layer: Layer & { readonly minColumns: number },
  rows: number,
  all: readonly Weights[],
): Weights {
  const [first] = all;
  const { columns, form, minColumns } = layer;
  if (layer.shares && first?.rows === rows && !first.transB && first.columns >= minColumns) return first;
  const transB = layer.op === 'Gemm' && layer.transB;
  const name = graph.constant(`w${all.length}`, transB ? [columns, rows] : [rows, columns], form);
  return { name, rows, columns, transB };
}

interface Place {
  readonly from: string;
  readonly weights: Weights;
  readonly index: number;
  readonly batch: number;
}

function addProduct(graph: RandomGraph, layer: Layer, { from, weights, index, batch }: Place): string {
  const { op, addend, alpha, beta } = layer;
  if (op === 'MatMul') return graph.node('MatMul', [from, weights.name], `h${index}`);
  const dims = { none: [], vector: [weights.columns], row: [1, weights.columns], scalar: [], input: [batch, 1] }[
    addend
  ];
  const add = addend === 'input' ? graph.input : graph.constant;
  const addends = addend === 'none' ? [] : [add(`c${index}`, dims)];
  const attribute = [
    ...[floatAttribute('alpha', alpha), floatAttribute('beta', beta)],
    ...(weights.transB ? [intAttribute('transB', 1)] : []),
  ];
  return graph.node('Gemm', [from, weights.name, ...addends], `h${index}`, { attribute });
}

const addBranch = (graph: RandomGraph, product: string): string =>
  graph.node('Add', [product, graph.node('Relu', [product], `${product}_relu`)], `${product}_sum`);
