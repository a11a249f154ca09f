// Parses an inference request from JSON and the binary data that follows it.

import { isDataType, ParetoError, type DataType } from '@pareto/core';
import {
  defaultLimits,
  limitError,
  type ParameterValue,
  type PiecewiseRequest,
  type PiecewiseTensor,
} from '@pareto/protocol';
import { createBinaryTail, type BinaryTail } from '../body/binary-tail.js';
import type { Chunks } from '../body/chunks.js';
import { dataFromJson } from '../json/data-from-json.js';
import {
  mismatch,
  readArray,
  readFields,
  readFlag,
  readParameters,
  readName,
  type JsonFields,
} from '../json/json-shape.js';
import { parseJson } from '../json/parse-json.js';

/** A parsed request without the model's name and version, which are in the path. */
export interface ParsedInfer {
  readonly request: Omit<PiecewiseRequest, 'modelName' | 'modelVersion'>;
  readonly binary: BinaryOptions;
}

/** The outputs to return as binary data. */
export interface BinaryOptions {
  /** Set if the outputs that are not in `named` are returned as binary data. */
  readonly others: boolean;
  readonly named: ReadonlyMap<string, boolean>;
}

export const isBinary = ({ others, named }: BinaryOptions, output: string): boolean => named.get(output) ?? others;

export interface InferBody {
  /** Length of the JSON at the start of the body. */
  readonly headerLength: number;
  /** Maximum size of the tensors that are in the JSON. */
  readonly maxBytes: number;
}

/** Throws `invalid-argument` with the position in the JSON, and `resource-exhausted` if the tensors are too large. */
export function readInfer(body: Chunks, { headerLength, maxBytes }: InferBody): ParsedInfer {
  const what = headerLength === body.length ? 'the body' : 'the JSON of the body';
  const fields = parseJson(body.join(0, headerLength), { what, unread: 'data' });
  return readRequest(fields, createBinaryTail(body, headerLength), maxBytes);
}

function readRequest(fields: JsonFields, tail: BinaryTail, maxBytes: number): ParsedInfer {
  const parameters = readParameters('parameters', fields['parameters']);
  const reserved = [...parameters.keys()].find((name) => name.startsWith('triton_'));
  if (reserved !== undefined) {
    throw new ParetoError(
      'invalid-argument',
      `parameter ${reserved} is reserved, like all names that begin with triton_; omit it`,
    );
  }
  const inputs: PiecewiseTensor[] = [];
  let left = maxBytes;
  for (const [i, value] of readArray('inputs', fields['inputs']).entries()) {
    const input = readInput(`inputs[${i}]`, value, tail, left);
    left -= input.contents.reduce((sum, { length }) => sum + length, 0);
    inputs.push(input);
  }
  tail.end();
  const outputs = (fields['outputs'] === undefined ? [] : readArray('outputs', fields['outputs'])).map((output, i) =>
    readOutput(`outputs[${i}]`, output),
  );
  const others = readFlag('parameters.binary_data_output', parameters.get('binary_data_output'));
  const named = outputs.flatMap(({ name, isBinary }) => (isBinary === undefined ? [] : [[name, isBinary] as const]));
  return {
    request: {
      id: fields['id'] === undefined ? '' : readName('id', fields['id']),
      parameters: without(parameters, 'binary_data_output'),
      inputs,
      outputs,
    },
    binary: { others, named: new Map(named) },
  };
}

type Parameters = ReadonlyMap<string, ParameterValue>;

const without = (parameters: Parameters, ...names: readonly string[]): Parameters =>
  new Map([...parameters].filter(([name]) => !names.includes(name)));

function readInput(where: string, value: unknown, tail: BinaryTail, maxBytes: number): PiecewiseTensor {
  const fields = readFields(where, value);
  const name = readName(`${where}.name`, fields['name']);
  const datatype = readDatatype(name, fields['datatype']);
  const shape = readShape(name, fields['shape']);
  const parameters = readParameters(`${where}.parameters`, fields['parameters']);
  const rest = without(parameters, 'binary_data_size');
  const contents = readContents(name, fields, parameters, tail) ?? [
    dataFromJson({ name, datatype, shape }, fields['data'], maxBytes),
  ];
  return { name, datatype, shape, parameters: rest, contents };
}

/** Returns undefined if the contents are in the JSON. */
function readContents(
  name: string,
  fields: JsonFields,
  parameters: Parameters,
  tail: BinaryTail,
): readonly Buffer[] | undefined {
  if (parameters.has('shared_memory_region')) {
    throw new ParetoError(
      'invalid-argument',
      `input '${name}' is in shared memory, which is not supported; send its data`,
    );
  }
  const size = parameters.get('binary_data_size');
  if (size === undefined) {
    if (fields['data'] !== undefined) return undefined;
    throw new ParetoError('invalid-argument', `input '${name}' has neither data nor parameters.binary_data_size`);
  }
  if (fields['data'] !== undefined) {
    throw new ParetoError(
      'invalid-argument',
      `input '${name}' has both data and parameters.binary_data_size: expected one`,
    );
  }
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return tail.take(name, size);
  throw mismatch(`input '${name}': binary_data_size`, size, 'a number of bytes');
}

function readDatatype(input: string, value: unknown): DataType {
  if (typeof value === 'string' && isDataType(value)) return value;
  throw mismatch(`input '${input}': its datatype`, value, 'a datatype of the protocol, e.g. FP32');
}

const isDim = (dim: unknown): dim is number => typeof dim === 'number' && Number.isSafeInteger(dim) && dim >= 0;

function readShape(input: string, value: unknown): readonly number[] {
  if (Array.isArray(value) && value.every(isDim)) {
    if (value.length <= defaultLimits.rank) return value;
    const message = `input '${input}' has ${value.length} dimensions: expected at most ${defaultLimits.rank}`;
    throw limitError('rank', 'invalid-argument', message);
  }
  throw mismatch(`input '${input}': its shape`, value, 'an array of sizes, e.g. [1,4]');
}

interface ReadOutput {
  readonly name: string;
  readonly parameters: Parameters;
  readonly isBinary: boolean | undefined;
}

function readOutput(where: string, value: unknown): ReadOutput {
  const fields = readFields(where, value);
  const parameters = readParameters(`${where}.parameters`, fields['parameters']);
  const name = readName(`${where}.name`, fields['name']);
  if (parameters.has('shared_memory_region')) {
    throw new ParetoError('invalid-argument', `output '${name}' is requested in shared memory, which is not supported`);
  }
  const binary = parameters.get('binary_data');
  const isBinary = binary === undefined ? undefined : readFlag(`${where}.parameters.binary_data`, binary);
  return { name, parameters: without(parameters, 'binary_data'), isBinary };
}
