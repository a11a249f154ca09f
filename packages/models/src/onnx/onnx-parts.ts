// Creates the parts of a graph: nodes, attributes, tensors and values.

import { onnxTypes } from './onnx-tensor-data.js';
import {
  attributeTypes,
  type OnnxAttribute,
  type OnnxDim,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx.js';

export interface NodeParts {
  readonly name?: string;
  /** Domain of the operator, by default ONNX's own. */
  readonly domain?: string;
  readonly attribute?: readonly OnnxAttribute[];
}

/** Creates a node. It has no name by default: two nodes with the same name make a model invalid. */
export function makeNode(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  { name = '', domain = '', attribute = [] }: NodeParts = {},
): OnnxNode {
  const rest = { overload: '', docString: '', metadataProps: [], deviceConfigurations: [] };
  return { name, opType, domain, input, output, attribute, ...rest };
}

const noAttribute = {
  ...{ refAttrName: '', docString: '', floats: [], ints: [], strings: [], tensors: [], graphs: [] },
  ...{ typeProtos: [], sparseTensors: [] },
} as const;

export const intAttribute = (name: string, i: number): OnnxAttribute => ({
  ...noAttribute,
  name,
  type: attributeTypes.int,
  i,
});

export const intsAttribute = (name: string, ints: readonly number[]): OnnxAttribute => ({
  ...noAttribute,
  name,
  type: attributeTypes.ints,
  ints,
});

export const floatAttribute = (name: string, f: number): OnnxAttribute => ({
  ...noAttribute,
  name,
  type: attributeTypes.float,
  f,
});

export const floatsAttribute = (name: string, floats: readonly number[]): OnnxAttribute => ({
  ...noAttribute,
  name,
  type: attributeTypes.floats,
  floats,
});

export const stringAttribute = (name: string, text: string): OnnxAttribute => ({
  ...noAttribute,
  name,
  type: attributeTypes.string,
  s: Buffer.from(text),
});

export const tensorAttribute = (name: string, t: OnnxTensor): OnnxAttribute => ({
  ...noAttribute,
  name,
  type: attributeTypes.tensor,
  t,
});

/** Creates a tensor. `content` is dense and little-endian, and is not copied. */
export function makeTensor(
  name: string,
  dataType: number,
  dims: readonly number[],
  content: ArrayBufferView,
): OnnxTensor {
  const rawData = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  return {
    name,
    dataType,
    dims,
    rawData,
    stringData: [],
    externalData: [],
    dataLocation: 0,
    docString: '',
    metadataProps: [],
  };
}

export const floatTensor = (name: string, dims: readonly number[], values: ArrayLike<number>): OnnxTensor =>
  makeTensor(name, onnxTypes.float, dims, values instanceof Float32Array ? values : Float32Array.from(values));

/** Creates a tensor of integers, by default a vector. */
export const int64Tensor = (
  name: string,
  values: readonly (number | bigint)[],
  dims: readonly number[] = [values.length],
): OnnxTensor => makeTensor(name, onnxTypes.int64, dims, BigInt64Array.from(values, BigInt));

/**
 * Creates an entry of inputs, outputs or value infos. Strings are symbolic dimensions. Without `dims`, the rank is
 * unknown.
 */
export function makeValue(name: string, elemType: number, dims?: readonly (number | string)[]): OnnxValue {
  const dim = dims?.map((given): OnnxDim => ({
    denotation: '',
    ...(typeof given === 'number' ? { dimValue: given } : { dimParam: given }),
  }));
  const tensorType = { elemType, ...(dim === undefined ? {} : { shape: { dim } }) };
  return { name, docString: '', metadataProps: [], type: { denotation: '', tensorType } };
}
