// What a model takes and gives, read from its graph; models that can't be served are refused with the reason.

import { readFile, stat } from 'node:fs/promises';
import { ParetoError, type DataType, type Signature, type TensorSpec } from '@pareto/core';
import { checkRelativePath } from './manifest.js';
import { decodeOnnx, tensorsOf } from './onnx-codec.js';
import type { OnnxGraph, OnnxModel, OnnxType, OnnxValue } from './onnx.js';

export interface InspectedModel {
  readonly signature: Signature;
  /** Paths, relative to the model's folder, of the files that hold its external data. */
  readonly externalFiles: readonly string[];
}

/** ONNX's element types that ONNX Runtime's Node binding takes, by their number in TensorProto.DataType. */
const datatypes: ReadonlyMap<number, DataType> = new Map([
  [1, 'FP32'],
  [2, 'UINT8'],
  [3, 'INT8'],
  [4, 'UINT16'],
  [5, 'INT16'],
  [6, 'INT32'],
  [7, 'INT64'],
  [8, 'BYTES'],
  [9, 'BOOL'],
  [10, 'FP16'],
  [11, 'FP64'],
  [12, 'UINT32'],
  [13, 'UINT64'],
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
  return { signature: signatureOf(model.graph), externalFiles: externalFilesOf(model) };
}

function checkGraphSize(sizeBytes: number): void {
  if (sizeBytes > maxGraphBytes) throw refuse('its graph is larger than 2 GiB: keep the weights in a file beside it');
}

const refuse = (why: string): ParetoError => new ParetoError('invalid-argument', `the model can't be served: ${why}`);

interface Shaped {
  readonly name: string;
  readonly datatype: DataType;
  /** -1 is dynamic. */
  readonly dims: readonly number[];
  /** What the first dimension is called, when it is dynamic and has a name. */
  readonly firstName: string | undefined;
}

function signatureOf(graph: OnnxGraph): Signature {
  const weights = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !weights.has(name)).map((value) => shape('input', value));
  const outputs = graph.output.map((value) => shape('output', value));
  if (inputs.length === 0) throw refuse('it has no input');
  if (outputs.length === 0) throw refuse('it has no output');
  const batched = hasBatch([...inputs, ...outputs]);
  const spec = ({ name, datatype, dims }: Shaped): TensorSpec => ({
    name,
    datatype,
    dims: batched ? dims.slice(1) : dims,
  });
  return { inputs: inputs.map(spec), outputs: outputs.map(spec), batched };
}

/** A batch dimension is dynamic, first in every input and output, and never called by two names. */
function hasBatch(tensors: readonly Shaped[]): boolean {
  const names = new Set(tensors.flatMap(({ firstName }) => firstName ?? []));
  return tensors.every(({ dims }) => dims[0] === -1) && names.size <= 1;
}

function shape(role: 'input' | 'output', { name, type }: OnnxValue): Shaped {
  const tensor = type?.tensorType;
  if (tensor === undefined) {
    throw refuse(`${role} ${JSON.stringify(name)} is ${kindOf(type)}, and only tensors are served`);
  }
  const datatype = datatypes.get(tensor.elemType);
  if (datatype === undefined) {
    throw refuse(
      `${role} ${JSON.stringify(name)} has ONNX element type ${tensor.elemType}, which the runtime doesn't take`,
    );
  }
  if (tensor.shape === undefined) {
    throw refuse(`${role} ${JSON.stringify(name)} has no shape: run ONNX's shape inference on the model first`);
  }
  const dims = tensor.shape.dim.map(({ dimValue }) => (dimValue !== undefined && dimValue > 0 ? dimValue : -1));
  return { name, datatype, dims, firstName: tensor.shape.dim[0]?.dimParam };
}

function kindOf(type: OnnxType | undefined): string {
  const kind = Object.keys(type ?? {}).find((key) => key.endsWith('Type'));
  return kind === undefined
    ? 'of no type'
    : `of ${kind.replace('Type', '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} type`;
}

function externalFilesOf(model: OnnxModel): readonly string[] {
  const files = new Set<string>();
  for (const tensor of tensorsOf(model)) {
    if (tensor.dataLocation !== 1) continue;
    const location = tensor.externalData.find(({ key }) => key === 'location')?.value ?? '';
    files.add(checkRelativePath(location, `external data of ${JSON.stringify(tensor.name)}`));
  }
  return [...files].sort();
}
