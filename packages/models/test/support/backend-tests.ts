// Models of ONNX's own backend tests, with inputs and expected outputs.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchTool, type TensorBytes } from '@pareto/testkit';
import { decodeOnnx } from '../../src/onnx/onnx-codec.js';
import { decodeMessage } from '../../src/onnx/onnx-wire.js';
import { inputsOf } from '../../src/onnx/onnx-graph.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxModel, OnnxTensor } from '../../src/onnx/onnx.js';

export interface BackendTest {
  readonly name: string;
  readonly content: Uint8Array;
  readonly model: OnnxModel;
  readonly inputs: readonly TensorBytes[];
  readonly outputs: readonly TensorBytes[];
}

export type BackendTests =
  | { readonly kind: 'ready'; readonly tests: readonly BackendTest[] }
  | { readonly kind: 'missing'; readonly reason: string };

/** Reads the tests of suites such as `pytorch-operator`, from a Debian package that is fetched once. */
export async function readBackendTests(...suites: readonly string[]): Promise<BackendTests> {
  const data = await fetchTool('onnx-testdata');
  if (data.kind === 'missing') return data;
  const tests: BackendTest[] = [];
  for (const suite of suites)
    for (const name of await readdir(join(data.path, suite)))
      tests.push(await readTest(join(data.path, suite, name), name));
  return { kind: 'ready', tests };
}

async function readTest(folder: string, name: string): Promise<BackendTest> {
  const content = await readFile(join(folder, 'model.onnx'));
  const model = decodeOnnx(content);
  const read = (kind: string, names: readonly string[]): Promise<readonly TensorBytes[]> =>
    Promise.all(names.map((of, index) => readTensor(join(folder, 'test_data_set_0', `${kind}_${index}.pb`), of)));
  const inputs = await read(
    'input',
    inputsOf(model.graph).map((value) => value.name),
  );
  const outputs = await read(
    'output',
    model.graph.output.map((value) => value.name),
  );
  return { name, content, model, inputs, outputs };
}

const datatypes = new Map([
  [onnxTypes.float, 'FP32'],
  [onnxTypes.double, 'FP64'],
  [onnxTypes.int64, 'INT64'],
  [onnxTypes.int32, 'INT32'],
  [onnxTypes.bool, 'BOOL'],
] as const);

async function readTensor(path: string, name: string): Promise<TensorBytes> {
  const { dataType, dims, rawData } = decodeMessage('onnx.TensorProto', await readFile(path)) as OnnxTensor;
  const datatype = datatypes.get(dataType as never);
  if (datatype === undefined || rawData === undefined) throw new Error(`${path} has the type ${dataType}`);
  return { name, datatype, shape: dims, data: rawData };
}
