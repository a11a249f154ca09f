// Encodes the messages of ModelInfer and ModelStreamInfer.

import type { DataType } from '@pareto/core';
import { cutDetails } from '../limits/status-details.js';
import { joinSlices, type Payload } from '../payload.js';
import { encodeTypedContents, hasTypedContents } from './contents.js';
import { MessageWriter } from './message-writer.js';
import type { ParameterInput } from './parameters.js';

type Parameters = Iterable<readonly [string, ParameterInput]>;

/** A tensor with its raw bytes: little-endian, row-major; BYTES with a 4-byte length before each element. */
export interface RawTensor {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly raw: Buffer;
}

export interface InferRequestMessage {
  readonly modelName: string;
  readonly modelVersion?: string;
  readonly id?: string;
  readonly parameters?: Parameters;
  readonly inputs: readonly RawTensor[];
  /** Requested outputs, by name or with parameters. All outputs if undefined or empty. */
  readonly outputs?: readonly (string | RequestedOutput)[];
}

export interface RequestedOutput {
  readonly name: string;
  readonly parameters: Parameters;
}

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
  readonly outputs: readonly RequestedOutput[];
}

export interface InferResponseMessage {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string;
  /** Encoded parameters before those of this response. */
  readonly common?: Buffer;
  readonly parameters: Parameters;
  readonly outputs: readonly RawTensor[];
}

const writer = new MessageWriter();
const empty = Buffer.alloc(0);

/** Encodes a request with raw contents. */
export function encodeInferRequest(request: InferRequestMessage): Buffer {
  const { modelName, modelVersion = '', id = '', parameters = [], outputs = [] } = request;
  const inputs = request.inputs.map(({ raw, ...input }) => ({ ...input, contents: [raw] }));
  const named = outputs.map((output) => (typeof output === 'string' ? { name: output, parameters: [] } : output));
  const message = { modelName, modelVersion, id, parameters, inputs, outputs: named };
  return joinSlices(encodeRequest(message, writeParameter).slices);
}

/** Encodes a request with raw contents for every datatype, of which large pieces are not copied. Integers are sent as int64_param. */
export const encodePiecewiseRequest = (request: PiecewiseRequest): Payload =>
  encodeRequest(request, (field, name, value) =>
    writeParameter(field, name, Number.isSafeInteger(value) ? BigInt(value) : value),
  );

function encodeRequest(request: PiecewiseRequest, parameter: typeof writeParameter): Payload {
  const { modelName, modelVersion, id, parameters, inputs, outputs } = request;
  writer.clear();
  writeText(1, modelName);
  writeText(2, modelVersion);
  writeText(3, id);
  for (const [name, value] of parameters) parameter(4, name, value);
  for (const input of inputs) {
    const start = openTensor(5, input);
    for (const [name, value] of input.parameters ?? []) parameter(4, name, value);
    writer.close(start);
  }
  for (const output of outputs) {
    const start = writer.open(6);
    writeText(1, output.name);
    for (const [name, value] of output.parameters) parameter(2, name, value);
    writer.close(start);
  }
  for (const { contents } of inputs) {
    writer.tag(7, 2).varint(contents.reduce((sum, { length }) => sum + length, 0));
    for (const piece of contents) writer.slice(piece);
  }
  return writer.finish();
}

/** Encodes parameters that several responses have in common. */
export function encodeCommonParameters(parameters: Parameters): Buffer {
  writer.clear();
  for (const [name, value] of parameters) writeParameter(4, name, value);
  return writer.finish().head;
}

/**
 * Encodes a response. With `typed`, outputs have typed contents, unless a datatype without typed contents is among
 * them. Large outputs are not copied if they are raw.
 */
export function encodeInferResponse(response: InferResponseMessage, typed: boolean): Payload {
  const { modelName, modelVersion, id, common = empty, parameters, outputs } = response;
  const isTyped = typed && outputs.every(({ datatype }) => hasTypedContents(datatype));
  writer.clear();
  writeText(1, modelName);
  writeText(2, modelVersion);
  writeText(3, id);
  writer.encoded(common);
  // Not destructured, because that takes an iterator for each parameter.
  for (const parameter of parameters) writeParameter(4, parameter[0], parameter[1]);
  for (const output of outputs) {
    const start = openTensor(5, output);
    const contents = isTyped ? encodeTypedContents(5, output.datatype, output.raw) : empty;
    writer.close(start, contents.length).slice(contents);
  }
  if (!isTyped) for (const { raw } of outputs) writer.tag(6, 2).varint(raw.length).slice(raw);
  return writer.finish();
}

/** Encoded parameter to append to a response. The fields of a message may be in any order. */
const isFinal = encodeCommonParameters([['triton_final_response', true]]);

/**
 * Encodes a ModelStreamInferResponse with an encoded ModelInferResponse, marked as the final response to its request.
 */
export function encodeStreamAnswer(response: Payload): Buffer {
  writer.clear();
  const { head } = writer
    .tag(2, 2)
    .varint(response.length + isFinal.length)
    .finish();
  return Buffer.concat([head, ...response.slices, isFinal]);
}

/** Encodes a ModelStreamInferResponse with the error of the request with the id. */
export function encodeStreamError(message: string, id: string): Buffer {
  writer.clear();
  const response = writer.text(1, cutDetails(message)).open(2);
  writeText(3, id);
  return writer.close(response).finish().head;
}

function writeText(field: number, text: string): void {
  if (text !== '') writer.text(field, text);
}

/** Writes a tensor without its contents. Returns its start, for `close`. */
function openTensor(field: number, { name, datatype, shape }: Omit<PiecewiseTensor, 'contents'>): number {
  const tensor = writer.open(field);
  writeText(1, name);
  writeText(2, datatype);
  const dims = writer.open(3);
  for (const dim of shape) {
    if (Number.isSafeInteger(dim) && dim >= 0) writer.varint(dim);
    else writer.integer(BigInt(dim));
  }
  writer.close(dims);
  return tensor;
}

const maxInt64 = 2n ** 63n - 1n;

/** Writes an entry of a map. Bigints are int64_param, or uint64_param if they do not fit. */
function writeParameter(field: number, name: string, value: ParameterInput): void {
  const entry = writer.open(field);
  const choice = writer.text(1, name).open(2);
  if (typeof value === 'boolean') writer.tag(1, 0).varint(value ? 1 : 0);
  else if (typeof value === 'string') writer.text(3, value);
  else if (typeof value === 'number') writer.tag(4, 1).double(value);
  else writer.tag(value > maxInt64 ? 5 : 2, 0).integer(value);
  writer.close(choice).close(entry);
}
