// Encodes a ModelInferResponse with raw contents. The bytes are those of protobufjs, in a fraction of its time.

import type { DataType } from '@pareto/core';
import type { ParameterInput } from './parameters.js';
import { payloadOf, type Payload } from '../payload.js';
import { MessageWriter } from './message-writer.js';

/** A tensor with its raw bytes: little-endian, row-major; BYTES with a 4-byte length before each element. */
export interface RawTensor {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly raw: Buffer;
}

/** Parameters that several responses have in common, which are encoded once. */
export interface CommonParameters {
  readonly parameters: readonly (readonly [string, ParameterInput])[];
  /** The parameters as entries of a ModelInferResponse. */
  readonly encoded: Buffer;
}

export interface InferResponseMessage {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string;
  /** Parameters before those of this response. */
  readonly common?: CommonParameters;
  readonly parameters: Iterable<readonly [string, ParameterInput]>;
  readonly outputs: readonly RawTensor[];
}

/** Size of an output from which it is a slice of its own. */
const slicedFromBytes = 16 * 1024;
const writer = new MessageWriter();

export function encodeCommonParameters(parameters: CommonParameters['parameters']): CommonParameters {
  writer.clear();
  for (const parameter of parameters) writeParameter(parameter[0], parameter[1]);
  return { parameters, encoded: writer.finish() };
}

/** Encodes a response. Large outputs are not copied. */
export function encodeRawResponse(response: InferResponseMessage): Payload {
  const { modelName, modelVersion, id, common, parameters, outputs } = response;
  writer.clear();
  writeText(1, modelName);
  writeText(2, modelVersion);
  writeText(3, id);
  if (common !== undefined) writer.encoded(common.encoded);
  // Not destructured, because that takes an iterator for each parameter.
  for (const parameter of parameters) writeParameter(parameter[0], parameter[1]);
  for (const output of outputs) writeOutput(output);
  const slices: Buffer[] = [];
  for (const { raw } of outputs) {
    if (raw.length < slicedFromBytes) writer.bytes(6, raw);
    else slices.push(writer.tag(6, 2).varint(raw.length).finish(), raw);
  }
  if (writer.length > 0) slices.push(writer.finish());
  return payloadOf(slices);
}

function writeText(field: number, text: string): void {
  if (text !== '') writer.text(field, text);
}

function writeParameter(name: string, value: ParameterInput): void {
  const entry = writer.open(4);
  const choice = writer.text(1, name).open(2);
  if (typeof value === 'boolean') writer.tag(1, 0).varint(value ? 1 : 0);
  else if (typeof value === 'string') writer.text(3, value);
  else if (typeof value === 'number') writer.tag(4, 1).double(value);
  else writer.tag(value > maxInt64 ? 5 : 2, 0).integer(value);
  writer.close(choice).close(entry);
}

const maxInt64 = 2n ** 63n - 1n;

function writeOutput({ name, datatype, shape }: RawTensor): void {
  const output = writer.open(5);
  writeText(1, name);
  writeText(2, datatype);
  const dims = writer.open(3);
  for (const dim of shape) writer.varint(dim);
  writer.close(dims).close(output);
}
