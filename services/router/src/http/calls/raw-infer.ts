// A body that is one tensor and nothing else: what it is follows from the model, which must have a single input.

import { elementBytes, elementCount, isDataType, ParetoError } from '@pareto/core';
import type { PiecewiseTensor } from '@pareto/rpc';
import type { Chunks } from '../body/chunks.js';
import type { Exchange } from './exchange.js';
import type { ParsedInfer } from '../infer/read-infer.js';

interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** Everything is answered as binary data, as it was asked. */
export async function readRawInfer({ protocol, model, version, call }: Exchange, body: Chunks): Promise<ParsedInfer> {
  const metadata = await protocol.call('modelMetadata', { name: model, version }, call);
  const inputs = metadata['inputs'] as unknown as readonly TensorMetadata[];
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw invalidBody(`'${model}' has ${inputs.length} inputs: a body without JSON is for models with one`);
  }
  const request = { id: '', parameters: [], inputs: [tensorOf(input, body)], outputs: [] };
  return { request, binary: { others: true, named: new Map() } };
}

const invalidBody = (message: string): ParetoError => new ParetoError('invalid-argument', message);

function tensorOf(input: TensorMetadata, body: Chunks): PiecewiseTensor {
  const { name, datatype, shape: dims } = input;
  if (!isDataType(datatype)) throw invalidBody(`input '${name}' has the datatype ${datatype}, which is none`);
  const contents = body.slice(0, body.length);
  if (datatype === 'BYTES')
    return { name, datatype, shape: dims.map(() => 1), contents: [lengthOf(body), ...contents] };
  return { name, datatype, shape: fit(name, dims, body.length / elementBytes[datatype]), contents };
}

/** The body is one element. */
function lengthOf({ length }: Chunks): Buffer {
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32LE(length);
  return prefix;
}

/** The one dimension that is free is as large as the data makes it. */
function fit(name: string, dims: readonly number[], elements: number): readonly number[] {
  const free = dims.filter((dim) => dim < 0).length;
  const known = elementCount(dims.filter((dim) => dim >= 0));
  const size = elements / known;
  if (free === 0 && size === 1) return dims;
  if (free === 1 && Number.isInteger(size)) return dims.map((dim) => (dim < 0 ? size : dim));
  const shape = `[${dims.join(',')}]`;
  const why = free > 1 ? 'more than one of its sizes is free' : `${elements} elements do not fit`;
  throw invalidBody(`input '${name}' has the shape ${shape}: ${why}; send its shape in JSON, with binary_data_size`);
}
