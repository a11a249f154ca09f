// Reads a body that is a single tensor without JSON. Its name, datatype and shape come from the model.

import { elementBytes, elementCount, isDataType, ParetoError } from '@pareto/core';
import type { PiecewiseTensor } from '@pareto/protocol';
import type { Chunks } from '../body/chunks.js';
import type { Exchange } from './exchange.js';
import type { ParsedInfer } from '../infer/read-infer.js';

interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** All outputs are returned as binary data, like the input. */
export async function readRawInfer({ protocol, model, version, call }: Exchange, body: Chunks): Promise<ParsedInfer> {
  const metadata = await protocol.call('modelMetadata', { name: model, version }, call);
  const inputs = metadata['inputs'] as unknown as readonly TensorMetadata[];
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw invalidBody(`'${model}' has ${inputs.length} inputs: a body without JSON requires a model with exactly one`);
  }
  const request = { id: '', parameters: [], inputs: [tensorOf(input, body)], outputs: [] };
  return { request, binary: { others: true, named: new Map() } };
}

const invalidBody = (message: string): ParetoError => new ParetoError('invalid-argument', message);

function tensorOf(input: TensorMetadata, body: Chunks): PiecewiseTensor {
  const { name, datatype, shape: dims } = input;
  if (!isDataType(datatype)) throw invalidBody(`input '${name}' has the unknown datatype ${datatype}`);
  const contents = body.slice(0, body.length);
  if (datatype === 'BYTES')
    return { name, datatype, shape: dims.map(() => 1), contents: [lengthOf(body), ...contents] };
  return { name, datatype, shape: shapeOf(name, dims, body.length / elementBytes[datatype]), contents };
}

/** Returns the length prefix of a body that is one BYTES element. */
function lengthOf({ length }: Chunks): Buffer {
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32LE(length);
  return prefix;
}

/** Returns the shape, with the size of the one dynamic dimension computed from the number of elements. */
function shapeOf(name: string, dims: readonly number[], elements: number): readonly number[] {
  const dynamic = dims.filter((dim) => dim < 0).length;
  const known = elementCount(dims.filter((dim) => dim >= 0));
  const size = elements / known;
  if (dynamic === 0 && size === 1) return dims;
  if (dynamic === 1 && Number.isInteger(size)) return dims.map((dim) => (dim < 0 ? size : dim));
  const shape = `[${dims.join(',')}]`;
  const reason = dynamic > 1 ? 'more than one dimension is dynamic' : `${elements} elements do not fit`;
  throw invalidBody(`input '${name}' has the shape ${shape}: ${reason}; send the shape in JSON, with binary_data_size`);
}
