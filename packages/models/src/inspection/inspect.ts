// Reads the signature, weights, operators and work of a model from its graph, and rejects models that can't be served.

import { readFile, stat } from 'node:fs/promises';
import { checkRelativePath } from '@pareto/blobs';
import { cutText, ParetoError, type DataType, type Signature, type TensorSpec } from '@pareto/core';
import { dimensionsOf, dynamicDims, fixedBatchOf, hasBatch, type InspectedValue } from './inspect-dimensions.js';
import { checkNames } from './check-names.js';
import { checkVersions } from './check-versions.js';
import { checkOperators, operatorsOf, type OperatorCount } from './inspect-operators.js';
import { macsPerItem } from './inspect-work.js';
import { servedGraph, type ServedGraph } from './served-graph.js';
import { analyseRows, type RowAnalysis } from '../rows/analyse-rows.js';
import { decodeOnnx, tensorsOf } from '../onnx/onnx-codec.js';
import { inputsOf } from '../onnx/onnx-graph.js';
import { elementsOf, onnxTypes, tensorBytes } from '../onnx/onnx-tensor-data.js';
import type { OnnxModel, OnnxOpset, OnnxTensor, OnnxType, OnnxValue } from '../onnx/onnx.js';

export interface InspectedModel {
  readonly signature: Signature;
  /** Paths of the files with external data, relative to the model's folder. */
  readonly externalFiles: readonly string[];
  readonly irVersion: number;
  readonly opsets: readonly OnnxOpset[];
  /** Opset of which ONNX Runtime no longer has all operators, so that the model has to be upgraded. Otherwise undefined. */
  readonly outdatedOpset: number | undefined;
  /** Labels of the outputs that are maps in the file, and tensors when the model is served. */
  readonly labels: ServedGraph['labels'];
  /** Whether another graph is served, see `servedGraph`. Signature and outputs are those of that one. */
  readonly isRewritten: boolean;
  /** Operators including those of functions and nested graphs, the most frequent first. */
  readonly operators: readonly OperatorCount[];
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  /** Names of dynamic dimensions, `?` for those without a name. */
  readonly dynamicDims: readonly string[];
  /** Items per run of a model whose first dimension may be a batch that has to be verified, see `fixedBatchOf`. */
  readonly fixedBatch: number | undefined;
  /** Number of weights. Integers and booleans, which describe shapes, are not counted. */
  readonly parameters: number;
  /** Bytes of all constants, including external data. */
  readonly weightBytes: number;
  /** Estimated multiply-accumulates per item. Undefined if the shapes are not known. */
  readonly macsPerItem: number | undefined;
  /** Whether the items of a batch are computed apart, if the first dimension is the batch everywhere. */
  readonly rows: RowAnalysis;
}

/** Element types that ONNX Runtime's Node binding supports, by their number in TensorProto.DataType. */
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

/** Names of unsupported element types, for errors. */
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

/** Limit of a protobuf message. Larger models keep their weights in external data. */
const maxGraphBytes = 2 ** 31 - 1;

/**
 * Inspects a model by the path of its graph. Throws `invalid-argument` with the reason if the model can't be served.
 */
export async function inspectModel(file: string): Promise<InspectedModel> {
  checkGraphSize((await stat(file)).size);
  return inspectGraph(await readFile(file));
}

/** Inspects a graph in memory, like `inspectModel`. */
export function inspectGraph(content: Uint8Array): InspectedModel {
  checkGraphSize(content.byteLength);
  const given = decodeOnnx(content);
  checkVersions(given, unservableError);
  checkOperators(given, unservableError);
  checkNames(given, unservableError);
  const served = servedGraph(given);
  if ('reason' in served) throw unservableError(served.reason);
  const { model, labels, outdatedOpset } = served;
  const [inputs, outputs] = [inputsOf(model.graph).map(dimensionsOf), model.graph.output.map(dimensionsOf)];
  const values = [...inputs, ...outputs];
  const signature = signatureOf(model, hasBatch(values));
  return {
    signature,
    externalFiles: externalFilesOf(given),
    irVersion: given.irVersion,
    opsets: given.opsetImport,
    ...{ outdatedOpset, labels, isRewritten: model !== given },
    operators: operatorsOf(given),
    ...{ inputs, outputs, dynamicDims: dynamicDims(values), fixedBatch: fixedBatchOf(values) },
    ...weightsOf(given),
    macsPerItem: macsPerItem(model, signature.batched),
    rows: analyseRows(model),
  };
}

/** Throws `invalid-argument` if a graph is larger than a protobuf message can be. */
export function checkGraphSize(sizeBytes: number): void {
  if (sizeBytes > maxGraphBytes)
    throw unservableError('its graph is larger than 2 GiB: keep the weights in a file of external data');
}

const unservableError = (why: string): ParetoError =>
  new ParetoError('invalid-argument', `the model can't be served: ${why}`);

function signatureOf({ graph }: OnnxModel, batched: boolean): Signature {
  const inputs = inputsOf(graph).map((value) => specOf('input', value, batched));
  const outputs = graph.output.map((value) => specOf('output', value, batched));
  if (inputs.length === 0) throw unservableError('it has no input');
  if (outputs.length === 0) throw unservableError('it has no output');
  if (Math.max(inputs.length, outputs.length) > maxTensors)
    throw unservableError(`it has more than ${maxTensors} inputs or outputs`);
  return { inputs, outputs, batched };
}

/** Limits of what a query can have. */
const [maxTensors, maxRank, maxNameBytes] = [1024, 32, 1024];

function specOf(role: 'input' | 'output', value: OnnxValue, batched: boolean): TensorSpec {
  const tensor = value.type?.tensorType;
  const what = `${role} ${JSON.stringify(cutText(value.name))}`;
  if (Buffer.byteLength(value.name) > maxNameBytes)
    throw unservableError(`${what} has a name of more than ${maxNameBytes} bytes`);
  if (tensor === undefined) throw unservableError(`${what} is ${kindOf(value.type)}, and only tensors are served`);
  const datatype = datatypes.get(tensor.elemType);
  if (datatype === undefined) {
    const type = otherTypes.get(tensor.elemType);
    const named = `${tensor.elemType}${type === undefined ? '' : ` (${type})`}`;
    throw unservableError(
      `${what} has ONNX element type ${named}, which the runtime does not support: cast it in the graph`,
    );
  }
  if (tensor.shape === undefined)
    throw unservableError(`${what} has no shape: run ONNX's shape inference on the model first`);
  const dims = dimensionsOf(value).dims.map((dim) => (typeof dim === 'number' ? dim : -1));
  if (dims.length > maxRank) throw unservableError(`${what} has more than ${maxRank} dimensions`);
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

/** Start of a location that ONNX Runtime takes for an address in its own memory. */
const memoryAddress = '*/';

/**
 * Returns the path of a tensor's external data, relative to the model's folder. Throws `invalid-argument` if it is
 * outside the folder, or if an entry occurs twice, of which readers use different ones.
 */
export function externalPath({ name, externalData }: OnnxTensor): string {
  const what = `external data of ${JSON.stringify(cutText(name))}`;
  const location = externalData.find(({ key }) => key === 'location')?.value ?? '';
  if (new Set(externalData.map(({ key }) => key)).size < externalData.length)
    throw unservableError(`the ${what} has an entry more than once`);
  if (location.startsWith(memoryAddress)) throw unservableError(`the ${what} is at an address in memory`);
  return checkRelativePath(location, what);
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
