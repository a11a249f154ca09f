// Encoded requests: samples of a data set, or synthetic inputs for the target's signature.

import { elementBytes, elementCount, isDataType, ParetoError, type Rng } from '@pareto/core';
import { readNpz, sliceRows, toNumbers, type Tensor } from '@pareto/models';
import { encodeInferRequest, type ParameterValue, type RawTensor } from '@pareto/protocol';
import { createClient, type Channel } from '@pareto/rpc';

export interface Payload {
  readonly body: Buffer;
  /** Correct class. Undefined if the data set has no labels. */
  readonly label: number | undefined;
}

export interface PayloadOptions {
  readonly target: string;
  /** Objective as parameters of the protocol. */
  readonly parameters: readonly (readonly [string, ParameterValue])[];
  readonly limit: number;
}

/**
 * Returns one request per sample of an NPZ file, whose arrays except `label` are inputs. Throws `invalid-argument` if
 * there are no samples.
 */
export async function readPayloads(file: string, options: PayloadOptions): Promise<readonly Payload[]> {
  const arrays = await readNpz(file);
  const labels = arrays.get('label');
  const inputs = [...arrays].filter(([name]) => name !== 'label');
  const samples = Math.min(options.limit, ...inputs.map(([, { dims }]) => dims[0] ?? 0));
  if (inputs.length === 0 || samples <= 0) {
    throw new ParetoError(
      'invalid-argument',
      `${file} has no samples; expected one array per input, and optionally "label"`,
    );
  }
  // Labels of other shapes, such as boxes, have no classes to compare with.
  const classes = labels?.dims.length === 1 ? toNumbers(labels) : [];
  return Array.from({ length: samples }, (_, row) => ({
    body: encode(
      inputs.map(([name, array]) => toInput(name, sliceRows(array, row, row + 1))),
      options,
    ),
    label: classes[row],
  }));
}

const toInput = (name: string, { datatype, dims, data }: Tensor): RawTensor => ({
  name,
  datatype,
  shape: dims,
  raw: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
});

/**
 * Returns a few requests with inputs of the target's signature: random numbers between 0 and 1 for FP32, zeros for other
 * numbers, and short texts. Dynamic dimensions are 1.
 */
export async function createSyntheticPayloads(
  channel: Channel,
  rng: Rng,
  options: PayloadOptions,
): Promise<readonly Payload[]> {
  const client = createClient(channel, 'inference.GRPCInferenceService');
  const { inputs } = await client.modelMetadata({ name: options.target }, { timeoutMs: 5_000 });
  const specs = inputs.map(({ name, datatype, shape }) => ({
    name,
    datatype,
    shape: shape.map((dim) => Math.max(1, dim)),
  }));
  return Array.from({ length: 16 }, () => ({
    body: encode(
      specs.map((spec) => createSyntheticInput(spec, rng)),
      options,
    ),
    label: undefined,
  }));
}

function createSyntheticInput(spec: { name: string; datatype: string; shape: readonly number[] }, rng: Rng): RawTensor {
  const { name, datatype, shape } = spec;
  if (!isDataType(datatype)) {
    throw new ParetoError('invalid-argument', `input "${name}" has the unknown type ${datatype}; pass --data`);
  }
  const count = elementCount(shape);
  if (datatype === 'FP32') {
    return { name, datatype, shape, raw: Buffer.from(Float32Array.from({ length: count }, rng).buffer) };
  }
  if (datatype === 'BYTES')
    return { name, datatype, shape, raw: Buffer.concat(Array.from({ length: count }, () => syntheticText)) };
  return { name, datatype, shape, raw: Buffer.alloc(count * elementBytes[datatype]) };
}

/** An element of BYTES: its length, and its text. */
const syntheticText: Buffer = Buffer.from('\x04\0\0\0text', 'latin1');

function encode(inputs: readonly RawTensor[], { target, parameters }: PayloadOptions): Buffer {
  return encodeInferRequest({ modelName: target, parameters, inputs });
}
