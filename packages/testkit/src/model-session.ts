// Runs models in ONNX Runtime inside the test's own process: starting a process for each model takes longer than its
// runs.

import { resolve } from 'node:path';
import { joinElements, type DataType } from '@pareto/core';
import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** A named tensor, in raw little-endian bytes. */
export interface TensorBytes {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** A loaded model. Disposing of it releases its memory. */
export interface ModelSession extends AsyncDisposable {
  /** Returns all outputs of one run, without texts as inputs. Throws the error of ONNX Runtime if the model rejects the inputs. */
  run(inputs: readonly TensorBytes[]): Promise<readonly TensorBytes[]>;
}

/**
 * Loads a model from memory, or from a file with its external data, as an executor on one CPU slot does. With
 * `asWritten`, ONNX Runtime computes the graph without rewriting it first.
 */
export async function openModelSession(model: Uint8Array | string, asWritten = false): Promise<ModelSession> {
  // Loaded on demand: most tests that import the test kit run no model.
  const ort = await import('onnxruntime-node');
  const options = { ...defaults, graphOptimizationLevel: asWritten ? 'disabled' : 'all' } as const;
  const session =
    typeof model === 'string'
      ? await ort.InferenceSession.create(resolve(model), options)
      : await ort.InferenceSession.create(model, options);
  const toTensor = ({ name, datatype, shape, data }: TensorBytes): Tensor => {
    const [type, View] = types.find(([, , known]) => known === datatype) ?? [];
    if (type === undefined || View === undefined) throw new Error(`input ${name} has the type ${datatype}`);
    return new ort.Tensor(type, new View(Uint8Array.from(data).buffer) as Float32Array, shape);
  };
  return {
    async run(inputs) {
      const outputs = await session.run(Object.fromEntries(inputs.map((input) => [input.name, toTensor(input)])));
      return session.outputNames.flatMap((name) => {
        const tensor = outputs[name];
        return tensor === undefined ? [] : [fromTensor(name, tensor)];
      });
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

const defaults: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // Errors are thrown.
  logSeverityLevel: 4,
};

type View = new (buffer: ArrayBuffer) => ArrayBufferView;

/** Element types: name in ONNX Runtime, view, and name in the protocol. */
const types: readonly (readonly [Tensor.Type, View, DataType])[] = [
  ['bool', Uint8Array, 'BOOL'],
  ['uint8', Uint8Array, 'UINT8'],
  ['int8', Int8Array, 'INT8'],
  ['int32', Int32Array, 'INT32'],
  ['int64', BigInt64Array, 'INT64'],
  ['float16', Uint16Array, 'FP16'],
  ['float32', Float32Array, 'FP32'],
  ['float64', Float64Array, 'FP64'],
];

function fromTensor(name: string, { type, dims, data }: Tensor): TensorBytes {
  if (type === 'string') {
    const texts = Array.from(data as ArrayLike<string>, (text) => Buffer.from(text));
    return { name, datatype: 'BYTES', shape: dims, data: joinElements(texts) };
  }
  const datatype = types.find(([known]) => known === type)?.[2];
  if (datatype === undefined) throw new Error(`output ${name} has the type ${type}`);
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  return { name, datatype, shape: dims, data: new Uint8Array(buffer, byteOffset, byteLength) };
}
