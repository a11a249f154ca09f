// Encodes and decodes the ModelInfer messages of workers and of the client library.

import protobuf from 'protobufjs/minimal.js';
import { elementBytes, isDataType, elementCount, errorText, ParetoError, type DataType } from '@pareto/core';
import { decodeTypedContents, hasTypedContents, writeTypedContents } from './contents.js';
import { encodeRawResponse, type InferResponseMessage, type RawTensor } from './infer-response.js';
import { addParameter, noParameters, writeParameters, type ParameterInput, type ParameterValue } from './parameters.js';
import { payloadOf, type Payload } from '../payload.js';
import { createReader, readFields, readNested, readShape, readView, type Reader } from './reader.js';

export interface InferRequestMessage {
  readonly modelName: string;
  readonly modelVersion?: string;
  readonly id?: string;
  readonly parameters?: Iterable<readonly [string, ParameterInput]>;
  readonly inputs: readonly RawTensor[];
  /** Requested outputs, by name or with parameters. All outputs if undefined or empty. */
  readonly outputs?: readonly (string | RequestedOutput)[];
}

export interface RequestedOutput {
  readonly name: string;
  readonly parameters: Iterable<readonly [string, ParameterInput]>;
}

type Writer = protobuf.Writer;

function writeText(writer: Writer, field: number, text: string): void {
  if (text !== '') writer.uint32((field << 3) | 2).string(text);
}

function writeHead(writer: Writer, tensor: RawTensor): void {
  writeText(writer, 1, tensor.name);
  writeText(writer, 2, tensor.datatype);
  writer.uint32(26).fork();
  for (const dim of tensor.shape) writer.int64(dim);
  writer.ldelim();
}

const finish = (writer: Writer): Buffer => writer.finish() as Buffer;

/** Encodes a request with raw contents. */
export function encodeInferRequest(request: InferRequestMessage): Buffer {
  const writer = protobuf.Writer.create();
  writeText(writer, 1, request.modelName);
  writeText(writer, 2, request.modelVersion ?? '');
  writeText(writer, 3, request.id ?? '');
  writeParameters(writer, 4, request.parameters ?? []);
  for (const input of request.inputs) {
    writer.uint32(42).fork();
    writeHead(writer, input);
    writer.ldelim();
  }
  for (const output of request.outputs ?? []) {
    const { name, parameters } = typeof output === 'string' ? { name: output, parameters: [] } : output;
    writer.uint32(50).fork();
    writeText(writer, 1, name);
    writeParameters(writer, 2, parameters);
    writer.ldelim();
  }
  for (const input of request.inputs) writer.uint32(58).bytes(input.raw);
  return finish(writer);
}

/**
 * Encodes a response. With `typed`, outputs have typed contents, unless a datatype without typed contents is among
 * them. Large raw outputs are not copied.
 */
export function encodeInferResponse(response: InferResponseMessage, typed: boolean): Payload {
  const isTyped = typed && response.outputs.every((output) => hasTypedContents(output.datatype));
  if (!isTyped) return encodeRawResponse(response);
  const writer = protobuf.Writer.create();
  writeText(writer, 1, response.modelName);
  writeText(writer, 2, response.modelVersion);
  writeText(writer, 3, response.id);
  writeParameters(writer, 4, response.common?.parameters ?? []);
  writeParameters(writer, 4, response.parameters);
  for (const output of response.outputs) {
    writer.uint32(42).fork();
    writeHead(writer, output);
    writeTypedContents(writer, 5, output.datatype, output.raw);
    writer.ldelim();
  }
  return payloadOf(finish(writer));
}

interface OutputHead {
  name: string;
  datatype: string;
  shape: number[];
  contents: Buffer | undefined;
}

function readOutput(reader: Reader): OutputHead {
  const head: OutputHead = { name: '', datatype: '', shape: [], contents: undefined };
  readNested(reader, (field, wireType) => {
    if (field === 1) head.name = reader.string();
    else if (field === 2) head.datatype = reader.string();
    else if (field === 3) readShape(reader, wireType, head.shape);
    else if (field === 5) head.contents = readView(reader);
    else return false;
    return true;
  });
  return head;
}

function toTensor(head: OutputHead, raw: Buffer | undefined): RawTensor {
  const { name, datatype, shape, contents } = head;
  if (!isDataType(datatype)) throw new RangeError(`output '${name}' has the unknown datatype ${datatype}`);
  if (raw !== undefined) return { name, datatype, shape, raw };
  if (contents === undefined) throw new RangeError(`output '${name}' has no contents`);
  return { name, datatype, shape, raw: decodeTypedContents(name, datatype, contents, elementCount(shape)) };
}

export interface DecodedInferResponse extends InferResponseMessage {
  readonly parameters: ReadonlyMap<string, ParameterValue>;
}

/** Throws `internal` if the bytes are not a ModelInferResponse. */
export function decodeInferResponse(body: Buffer): DecodedInferResponse {
  const reader = createReader(body, Infinity);
  const texts = { modelName: '', modelVersion: '', id: '' };
  let found = noParameters;
  const heads: OutputHead[] = [];
  const raws: Buffer[] = [];
  try {
    readFields(reader, reader.len, (field) => {
      if (field === 1) texts.modelName = reader.string();
      else if (field === 2) texts.modelVersion = reader.string();
      else if (field === 3) texts.id = reader.string();
      else if (field === 4) found = addParameter(found, reader);
      else if (field === 5) heads.push(readOutput(reader));
      else if (field === 6) raws.push(readView(reader));
      else return false;
      return true;
    });
    return {
      ...texts,
      parameters: found.parameters,
      outputs: heads.map((head, i) => toTensor(head, raws[i])),
    };
  } catch (error) {
    throw new ParetoError('internal', `the reply is a malformed ModelInferResponse: ${errorText(error)}`, {
      cause: error,
    });
  }
}

/** Returns the size in bytes of a tensor. Undefined for BYTES, whose elements vary in size. */
export const expectedBytes = (datatype: DataType, shape: readonly number[]): number | undefined =>
  datatype === 'BYTES' ? undefined : elementCount(shape) * elementBytes[datatype];
