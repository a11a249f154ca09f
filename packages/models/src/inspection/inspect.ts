// What a model takes and gives, holds and computes, read from its graph; models that can't be served are refused with the reason.

import { readFile, stat } from 'node:fs/promises';
import { checkRelativePath } from '@pareto/blobs';
import { ParetoError, type DataType, type Signature, type TensorSpec } from '@pareto/core';
import {
  dimensionsOf,
  dynamicDims,
  fixedBatchOf,
  hasBatch,
  inputsOf,
  type InspectedValue,
} from './inspect-dimensions.js';
import { checkOperators, operatorsOf, type OperatorCount } from './inspect-operators.js';
import { macsPerItem } from './inspect-work.js';
import { decodeOnnx, tensorsOf } from '../onnx/onnx-codec.js';
import { elementsOf, onnxTypes, tensorBytes } from '../onnx/onnx-tensor-data.js';
import type { OnnxModel, OnnxOpset, OnnxTensor, OnnxType, OnnxValue } from '../onnx/onnx.js';

export interface InspectedModel {
  readonly signature: Signature;
  /** Paths, relative to the model's folder, of the files that hold its external data. */
  readonly externalFiles: readonly string[];
  readonly irVersion: number;
  readonly opsets: readonly OnnxOpset[];
  /** Most frequent first, those of functions and of graphs within nodes included. */
  readonly operators: readonly OperatorCount[];
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  /** Names of dimensions that aren't fixed; `?` stands for those without one. */
  readonly dynamicDims: readonly string[];
  /** The size of a batch, when it is fixed: the same in every input and output, and first. */
  readonly fixedBatch: number | undefined;
  /** Numbers in its weights; what describes shapes isn't counted. */
  readonly parameters: number;
  /** Bytes of its constants, external data included. */
  readonly weightBytes: number;
  /** Estimated multiply-accumulates for one item; undefined where the shapes don't say. */
  readonly macsPerItem: number | undefined;
}

/** ONNX's element types that ONNX Runtime's Node binding takes, by their number in TensorProto.DataType. */
const datatypes: ReadonlyMap<number, DataType> = new Map([
  [onnxTypes.float, 'FP32'],
  [onnxTypes.uint8, 'UINT8'],
  [onnxTypes.int8, 'INT8'],
  [onnxTypes.uint16, 'UINT16'],
  [onnxTypes.int16, 'INT16'],
  [onnxTypes.int32, 'INT32'],
  [onnxTypes.int64, 'INT64'],
  [onnxTypes.string, 'BYTES'],
  [onnxTypes.bool, 'BOOL'],
  [onnxTypes.float16, 'FP16'],
  [onnxTypes.double, 'FP64'],
  [onnxTypes.uint32, 'UINT32'],
  [onnxTypes.uint64, 'UINT64'],
]);

/** Further ones, for people. */
const otherTypes: ReadonlyMap<number, string> = new Map([
  ...([
    [14, 'complex64'],
    [15, 'complex128'],
    [16, 'bfloat16'],
  ] as const),
  ...([
    [17, 'float8'],
    [18, 'float8'],
    [19, 'float8'],
    [20, 'float8'],
    [21, 'uint4'],
    [22, 'int4'],
  ] as const),
]);

/** Protobuf holds no message beyond 2 GiB; weights of larger models are external data. */
const maxGraphBytes = 2 ** 31 - 1;

/** Reads the graph of a model. Throws `invalid-argument` that says why it can't be served. */
export async function inspectModel(file: string): Promise<InspectedModel> {
  checkGraphSize((await stat(file)).size);
  return inspectGraph(await readFile(file));
}

/** As `inspectModel`, of a graph that is in memory. */
export function inspectGraph(content: Uint8Array): InspectedModel {
  checkGraphSize(content.byteLength);
  const model = decodeOnnx(content);
  checkOperators(model, refuse);
  const [inputs, outputs] = [inputsOf(model.graph).map(dimensionsOf), model.graph.output.map(dimensionsOf)];
  const values = [...inputs, ...outputs];
  const signature = signatureOf(model, hasBatch(values));
  return {
    signature,
    externalFiles: externalFilesOf(model),
    irVersion: model.irVersion,
    opsets: model.opsetImport,
    operators: operatorsOf(model),
    ...{ inputs, outputs, dynamicDims: dynamicDims(values), fixedBatch: fixedBatchOf(values) },
    ...weightsOf(model),
    macsPerItem: macsPerItem(model, signature.batched),
  };
}

function checkGraphSize(sizeBytes: number): void {
  if (sizeBytes > maxGraphBytes) throw refuse('its graph is larger than 2 GiB: keep the weights in a file beside it');
}

const refuse = (why: string): ParetoError => new ParetoError('invalid-argument', `the model can't be served: ${why}`);

function signatureOf({ graph }: OnnxModel, batched: boolean): Signature {
  const inputs = inputsOf(graph).map((value) => specOf('input', value, batched));
  const outputs = graph.output.map((value) => specOf('output', value, batched));
  if (inputs.length === 0) throw refuse('it has no input');
  if (outputs.length === 0) throw refuse('it has no output');
  return { inputs, outputs, batched };
}

function specOf(role: 'input' | 'output', value: OnnxValue, batched: boolean): TensorSpec {
  const tensor = value.type?.tensorType;
  const what = `${role} ${JSON.stringify(value.name)}`;
  if (tensor === undefined) throw refuse(`${what} is ${kindOf(value.type)}, and only tensors are served`);
  const datatype = datatypes.get(tensor.elemType);
  if (datatype === undefined) {
    const type = otherTypes.get(tensor.elemType);
    const named = `${tensor.elemType}${type === undefined ? '' : ` (${type})`}`;
    throw refuse(`${what} has ONNX element type ${named}, which the runtime doesn't take: cast it in the graph`);
  }
  if (tensor.shape === undefined) throw refuse(`${what} has no shape: run ONNX's shape inference on the model first`);
  const dims = dimensionsOf(value).dims.map((dim) => (typeof dim === 'number' ? dim : -1));
  return { name: value.name, datatype, dims: batched ? dims.slice(1) : dims };
}

function kindOf(type: OnnxType | undefined): string {
  const kind = Object.keys(type ?? {}).find((key) => key.endsWith('Type'));
  if (kind === undefined) return 'of no type';
  return `of ${kind.replace('Type', '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} type`;
}

function externalFilesOf(model: OnnxModel): readonly string[] {
  const files = new Set<string>();
  for (const tensor of tensorsOf(model)) if (tensor.dataLocation === 1) files.add(externalPath(tensor));
  return [...files].sort();
}

/** Where a tensor's external data is, relative to the model's folder. Throws `invalid-argument` when it isn't inside. */
export function externalPath({ name, externalData }: OnnxTensor): string {
  const location = externalData.find(({ key }) => key === 'location')?.value ?? '';
  return checkRelativePath(location, `external data of ${JSON.stringify(name)}`);
}

const notWeights: readonly number[] = [onnxTypes.int64, onnxTypes.bool, onnxTypes.string];

function weightsOf(model: OnnxModel): { readonly parameters: number; readonly weightBytes: number } {
  let [parameters, weightBytes] = [0, 0];
  for (const { dataType, dims } of tensorsOf(model)) {
    if (!notWeights.includes(dataType)) parameters += elementsOf(dims);
    weightBytes += tensorBytes(dataType, dims) ?? 0;
  }
  return { parameters, weightBytes };
}
