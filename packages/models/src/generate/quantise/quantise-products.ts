// Finds and replaces the products of a graph whose weights can be quantised: MatMul and Gemm with a constant second
// matrix.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { declined, made, type Rewrite } from '../../rewrite/generator.js';
import { constantsOf, floatOf, intOf, intsOf, isOp, opsetOf, producersOf, withOpset } from '../../onnx/onnx-graph.js';
import { floatTensor, makeNode } from '../../onnx/onnx-parts.js';
import type { Matrix } from './quantise-matrix.js';
import { noteOf, reachOf, replaceNodes, runtimeDomain, startQuantising, type Parts } from './quantise-parts.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

/** A product `alpha * (input x weights) + beta * addend`. MatMul has factors of 1 and no addend. */
export interface Product {
  readonly node: OnnxNode;
  readonly input: string;
  readonly weights: Matrix;
  /** Key of the weights. Products with the same key share them. */
  readonly key: string;
  readonly alpha: number;
  readonly beta: number;
  readonly addend: string | undefined;
}

/** Returns the products with float weights in the graph, without those of nested graphs. */
export function productsOf(graph: OnnxGraph): readonly Product[] {
  const sources = { constants: constantsOf(graph), producers: producersOf(graph) };
  return graph.node.flatMap((node) => productOf(node, sources) ?? []);
}

interface Sources {
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly producers: ReadonlyMap<string, OnnxNode>;
}

function productOf(node: OnnxNode, sources: Sources): Product | undefined {
  const [input = '', second = '', addend = ''] = node.input;
  const gemm = isOp(node, 'Gemm');
  if (!gemm && !isOp(node, 'MatMul')) return undefined;
  if (gemm && intOf(node, 'transA', 0) !== 0) return undefined;
  const found = sourceOf(second, gemm && intOf(node, 'transB', 0) !== 0, sources);
  const weights = found && matrixOf(found.tensor, found.transposed);
  if (found === undefined || weights === undefined) return undefined;
  return {
    ...{ node, input, weights, key: `${found.tensor.name}${found.transposed ? ' transposed' : ''}` },
    ...{ alpha: floatOf(node, 'alpha', 1), beta: floatOf(node, 'beta', 1) },
    addend: addend === '' ? undefined : addend,
  };
}

interface Source {
  readonly tensor: OnnxTensor;
  readonly transposed: boolean;
}

/** Returns the constant that a name refers to, directly or through Identity and Transpose. */
function sourceOf(name: string, transposed: boolean, sources: Sources): Source | undefined {
  const tensor = sources.constants.get(name);
  // The tensor of a Constant node may have another name than the node's output.
  if (tensor !== undefined) return { tensor: { ...tensor, name }, transposed };
  const node = sources.producers.get(name);
  if (node === undefined) return undefined;
  const [from = ''] = node.input;
  if (isOp(node, 'Identity')) return sourceOf(from, transposed, sources);
  const turned = isOp(node, 'Transpose') && (intsOf(node, 'perm') ?? [1, 0]).join() === '1,0';
  return turned ? sourceOf(from, !transposed, sources) : undefined;
}

function matrixOf(tensor: OnnxTensor, transposed: boolean): Matrix | undefined {
  const [first = 0, second = 0] = tensor.dims;
  const values = tensor.dataType === onnxTypes.float ? floatsOf(tensor) : undefined;
  if (values === undefined || values.length === 0 || tensor.dims.length !== 2) return undefined;
  if (!values.every(Number.isFinite)) return undefined;
  return transposed
    ? { rows: second, columns: first, values, transposed }
    : { rows: first, columns: second, values, transposed };
}

/** Emits nodes that compute a product without its addend, with the output `output`. */
export type Multiply = (product: Product, output: string, parts: Parts) => void;

interface ProductRewrite {
  /** Minimum size of the weights of a product that is replaced. */
  readonly minWeightBytes: number;
  /** Human-readable text before the share of the replaced products. */
  readonly precision: string;
  /** Returns what replaces the products of a model in opset 13 or later. */
  readonly multiplyIn: (model: OnnxModel) => Multiply;
}

/** Replaces the large products of a model by ONNX Runtime's own operators. Declines if there are none. */
export function replaceProducts(given: OnnxModel, { minWeightBytes, precision, multiplyIn }: ProductRewrite): Rewrite {
  const upgraded = startQuantising(given);
  if (upgraded.kind === 'declined') return upgraded;
  const { model, note } = upgraded;
  const large = largeProducts(model.graph, minWeightBytes);
  if (typeof large === 'string') return declined(large);
  const multiply = multiplyIn(model);
  const replaced = replaceNodes(model, (node, parts) => {
    const product = large.products.get(node);
    if (product !== undefined) emitProduct(product, parts, multiply);
    return product !== undefined;
  });
  const version = Math.max(1, opsetOf(model, runtimeDomain));
  return made(withOpset(replaced, runtimeDomain, version), noteOf(note, `${precision}: ${large.share}`));
}

/** Returns the products with at least `minBytes` of weights, or the reason why there are none. */
function largeProducts(
  graph: OnnxGraph,
  minBytes: number,
): { readonly products: ReadonlyMap<OnnxNode, Product>; readonly share: string } | string {
  const all = productsOf(graph);
  const large = all.filter(({ weights }) => weights.values.byteLength >= minBytes);
  if (all.length === 0)
    return `it has no MatMul or Gemm whose second factor is a constant matrix of floats${reachOf(graph)}`;
  if (large.length === 0) return `none of its MatMul and Gemm has weights of ${minBytes} bytes or more`;
  return {
    products: new Map(large.map((product) => [product.node, product])),
    share: `${large.length} of ${all.length} products`,
  };
}

/** Emits the product and the addition of its addend, if any. */
function emitProduct(product: Product, parts: Parts, multiply: Multiply): void {
  const { node, addend, beta } = product;
  const [output = ''] = node.output;
  if (addend === undefined) return multiply(product, output, parts);
  const bare = parts.fresh(`${output}_product`);
  multiply(product, bare, parts);
  parts.emit(makeNode('Add', [bare, beta === 1 ? addend : scaled(addend, beta, parts)], [output]));
}

const scaled = (addend: string, beta: number, parts: Parts): string =>
  parts.once(`${beta} times ${addend}`, () =>
    parts.compute(
      'Mul',
      [addend, parts.add(`${addend}_beta`, (name) => floatTensor(name, [], [beta]))],
      `${addend}_scaled`,
    ),
  );
