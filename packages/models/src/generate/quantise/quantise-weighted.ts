// Finds the convolutions and products with constant weights that can compute in 8 bits.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { constantsOf, intOf, isOp } from '../../onnx/onnx-graph.js';
import { followersOf } from './quantise-followers.js';
import type { Matrix } from './quantise-matrix.js';
import { productsOf, type Product } from './quantise-products.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

export interface Weighted {
  /** Weights with one column per output channel. */
  readonly matrix: Matrix;
  /** Key of the weights. Nodes with the same key share weights and layout. */
  readonly key: string;
  readonly dims: readonly number[];
  /** Dimension of the output channels: the first or the last. */
  readonly axis: number;
  /** Bias per output channel. */
  readonly bias: Float32Array | undefined;
  /** Set if 8 bits are faster even if the input must be quantised for this node alone. */
  readonly pays: boolean;
}

/** Minimum size of a product's weights. Smaller products are as fast in floats. */
const minProductBytes = 8192;
/** Minimum number of output channels, and of terms per output. Smaller convolutions are as fast in floats. */
const minChannels = 16;
const minTerms = 32;

export function weightedOf(graph: OnnxGraph): ReadonlyMap<OnnxNode, Weighted> {
  const constants = constantsOf(graph);
  const followers = followersOf(graph);
  const found = new Map<OnnxNode, Weighted>();
  for (const node of graph.node) {
    const weighted = isOp(node, 'Conv') ? convolutionOf(node, constants) : undefined;
    const pooled = isPooled(node, followers);
    if (weighted !== undefined) found.set(node, { ...weighted, pays: paysAs(weighted, node, pooled) });
  }
  for (const product of productsOf(graph)) {
    const weighted = weightedProduct(product, constants);
    if (weighted !== undefined) found.set(product.node, weighted);
  }
  return found;
}

type Unrated = Omit<Weighted, 'pays'>;

function convolutionOf(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): Unrated | undefined {
  const [, weightName = '', biasName = ''] = node.input;
  const tensor = constants.get(weightName);
  const values = floatsIn(tensor);
  const [columns = 0] = tensor?.dims ?? [];
  if (tensor === undefined || values === undefined || columns === 0 || !values.every(Number.isFinite)) return undefined;
  const bias = biasName === '' ? undefined : floatsIn(constants.get(biasName));
  if ((biasName === '') !== (bias === undefined)) return undefined;
  const matrix = { rows: values.length / columns, columns, values, transposed: true };
  return { ...{ matrix, key: weightName, dims: tensor.dims, axis: 0 }, bias };
}

/**
 * Returns true for a convolution before a MaxPool. ONNX Runtime moves the pooling to 8-bit numbers in any case, and
 * into an order in which it is slow unless the convolution computes in 8 bits too.
 */
function isPooled(node: OnnxNode, followers: ReadonlyMap<string, OnnxNode>): boolean {
  const next = followers.get(node.output[0] ?? '');
  if (next === undefined) return false;
  return isOp(next, 'MaxPool') || (isOp(next, 'Relu', 'Clip') && isPooled(next, followers));
}

function paysAs({ matrix }: Unrated, node: OnnxNode, pooled: boolean): boolean {
  return matrix.columns / intOf(node, 'group', 1) >= minChannels && (pooled || matrix.rows >= minTerms);
}

function weightedProduct(product: Product, constants: ReadonlyMap<string, OnnxTensor>): Weighted | undefined {
  const { weights, alpha, addend } = product;
  const bias = addend === undefined ? undefined : biasOf(product, constants.get(addend));
  if ((addend === undefined) !== (bias === undefined)) return undefined;
  const { rows, columns, values } = weights;
  const matrix = alpha === 1 ? weights : { ...weights, values: values.map((value) => value * alpha) };
  const key = alpha === 1 ? product.key : `${product.key}_${alpha}`;
  const pays = values.byteLength >= minProductBytes;
  return { ...{ matrix, key, bias, pays }, dims: [rows, columns], axis: 1 };
}

function biasOf({ beta, weights: { columns } }: Product, tensor: OnnxTensor | undefined): Float32Array | undefined {
  const values = floatsIn(tensor);
  if (tensor === undefined || values === undefined || tensor.dims.length > 2) return undefined;
  if (values.length === 1) return new Float32Array(columns).fill((values[0] ?? 0) * beta);
  return tensor.dims.at(-1) === columns && values.length === columns ? values.map((value) => value * beta) : undefined;
}

const floatsIn = (tensor: OnnxTensor | undefined): Float32Array | undefined =>
  tensor?.dataType === onnxTypes.float ? floatsOf(tensor) : undefined;
