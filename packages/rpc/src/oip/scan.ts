// Reads a ModelInferRequest without decoding its tensors, whose bytes are views of the message.

import protobuf from 'protobufjs/minimal.js';
import { errorText, ParetoError } from '@pareto/core';
import { collectParameters, type ParameterValue, type ScannedParameters } from './parameters.js';
import { readFields, readNested, readShape, readView } from './reader.js';

type Reader = protobuf.Reader;

export interface ScannedInput {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  /** Encoded InferTensorContents. Undefined if the input has none. */
  readonly contents: Buffer | undefined;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
}

export interface ScannedOutput extends ScannedParameters {
  readonly name: string;
}

export interface ScannedRequest extends ScannedParameters {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string;
  readonly inputs: readonly ScannedInput[];
  /** Requested outputs in the order of the request. Empty means all. */
  readonly outputs: readonly ScannedOutput[];
  /** Elements of raw_input_contents, as views of the message. */
  readonly raw: readonly Buffer[];
}

function readInput(reader: Reader): ScannedInput {
  let name = '';
  let datatype = '';
  let contents: Buffer | undefined;
  const shape: number[] = [];
  const found = collectParameters();
  readNested(reader, (number, wireType) => {
    if (number === 1) name = reader.string();
    else if (number === 2) datatype = reader.string();
    else if (number === 3) readShape(reader, wireType, shape);
    else if (number === 4) found.add(reader);
    else if (number === 5) contents = readView(reader);
    else return false;
    return true;
  });
  return { name, datatype, shape, contents, parameters: found.collected.parameters };
}

function readOutput(reader: Reader): ScannedOutput {
  let name = '';
  const found = collectParameters();
  readNested(reader, (number) => {
    if (number === 1) name = reader.string();
    else if (number === 2) found.add(reader);
    else return false;
    return true;
  });
  return { name, ...found.collected };
}

/** Throws `invalid-argument` if the bytes are not a ModelInferRequest. */
export function scanInferRequest(body: Buffer): ScannedRequest {
  const reader = protobuf.Reader.create(body);
  const scanned = { modelName: '', modelVersion: '', id: '' };
  const found = collectParameters();
  const inputs: ScannedInput[] = [];
  const outputs: ScannedOutput[] = [];
  const raw: Buffer[] = [];
  try {
    readFields(reader, reader.len, (number) => {
      if (number === 1) scanned.modelName = reader.string();
      else if (number === 2) scanned.modelVersion = reader.string();
      else if (number === 3) scanned.id = reader.string();
      else if (number === 4) found.add(reader);
      else if (number === 5) inputs.push(readInput(reader));
      else if (number === 6) outputs.push(readOutput(reader));
      else if (number === 7) raw.push(readView(reader));
      else return false;
      return true;
    });
  } catch (error) {
    throw new ParetoError('invalid-argument', `the message is not a ModelInferRequest: ${errorText(error)}`, {
      cause: error,
    });
  }
  return { ...scanned, ...found.collected, inputs, outputs, raw };
}
