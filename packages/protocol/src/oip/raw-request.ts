// Encodes a ModelInferRequest whose contents are in several pieces, which are not copied.

import protobuf from 'protobufjs/minimal.js';
import { writeParameters, type ParameterInput, type ParameterValue } from './parameters.js';
import { payloadOf, type Payload } from '../payload.js';

/** Parameters to send. Integers are sent as int64_param. */
type Parameters = Iterable<readonly [string, ParameterValue]>;

/** A tensor whose raw bytes are the concatenated `contents`. */
export interface PiecewiseTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters?: Parameters;
  readonly contents: readonly Uint8Array[];
}

export interface PiecewiseRequest {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string;
  readonly parameters: Parameters;
  readonly inputs: readonly PiecewiseTensor[];
  readonly outputs: readonly { readonly name: string; readonly parameters: Parameters }[];
}

const lengthOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);

const asInput = (value: ParameterValue): ParameterInput =>
  typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;

const inputsOf = (parameters: Parameters): Iterable<readonly [string, ParameterInput]> =>
  Array.from(parameters, ([name, value]) => [name, asInput(value)]);

/** Encodes a request with raw contents for every datatype. */
export function encodePiecewiseRequest(request: PiecewiseRequest): Payload {
  const head = protobuf.Writer.create();
  head.uint32(10).string(request.modelName);
  if (request.modelVersion !== '') head.uint32(18).string(request.modelVersion);
  if (request.id !== '') head.uint32(26).string(request.id);
  writeParameters(head, 4, inputsOf(request.parameters));
  for (const { name, datatype, shape, parameters = [] } of request.inputs) {
    head.uint32(42).fork().uint32(10).string(name).uint32(18).string(datatype).uint32(26).fork();
    for (const dim of shape) head.int64(dim);
    head.ldelim();
    writeParameters(head, 4, inputsOf(parameters));
    head.ldelim();
  }
  for (const { name, parameters } of request.outputs) {
    head.uint32(50).fork().uint32(10).string(name);
    writeParameters(head, 2, inputsOf(parameters));
    head.ldelim();
  }
  const parts = [head.finish() as Buffer];
  for (const { contents } of request.inputs) {
    parts.push(protobuf.Writer.create().uint32(58).uint32(lengthOf(contents)).finish() as Buffer);
    for (const piece of contents) parts.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
  }
  return payloadOf(parts);
}
