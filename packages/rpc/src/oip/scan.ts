// Reads a ModelInferRequest's top level without decoding tensors: every byte range is a view into the message.

import protobuf from 'protobufjs/minimal.js';
import { errorText, ParetoError } from '@pareto/core';
import { readParameter, type ParameterValue } from './parameters.js';
import { readFields, readNested, readShape, readView } from './reader.js';

type Reader = protobuf.Reader;

export interface ScannedInput {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  /** The encoded InferTensorContents, when the input is typed. */
  readonly contents: Buffer | undefined;
}

export interface ScannedRequest {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly inputs: readonly ScannedInput[];
  /** Names of the outputs wanted; empty: all. */
  readonly outputs: readonly string[];
  /** One view per element of raw_input_contents. */
  readonly raw: readonly Buffer[];
}

function readInput(reader: Reader): ScannedInput {
  let name = '';
  let datatype = '';
  let contents: Buffer | undefined;
  const shape: number[] = [];
  readNested(reader, (number, wireType) => {
    if (number === 1) name = reader.string();
    else if (number === 2) datatype = reader.string();
    else if (number === 3) readShape(reader, wireType, shape);
    else if (number === 5) contents = readView(reader);
    else return false;
    return true;
  });
  return { name, datatype, shape, contents };
}

function readOutputName(reader: Reader): string {
  let name = '';
  readNested(reader, (number) => {
    if (number !== 1) return false;
    name = reader.string();
    return true;
  });
  return name;
}

/** Throws `invalid-argument` when the bytes are not a ModelInferRequest. */
export function scanInferRequest(body: Buffer): ScannedRequest {
  const reader = protobuf.Reader.create(body);
  const scanned = { modelName: '', modelVersion: '', id: '' };
  const parameters = new Map<string, ParameterValue>();
  const inputs: ScannedInput[] = [];
  const outputs: string[] = [];
  const raw: Buffer[] = [];
  try {
    readFields(reader, reader.len, (number) => {
      if (number === 1) scanned.modelName = reader.string();
      else if (number === 2) scanned.modelVersion = reader.string();
      else if (number === 3) scanned.id = reader.string();
      else if (number === 4) parameters.set(...readParameter(reader));
      else if (number === 5) inputs.push(readInput(reader));
      else if (number === 6) outputs.push(readOutputName(reader));
      else if (number === 7) raw.push(readView(reader));
      else return false;
      return true;
    });
  } catch (error) {
    throw new ParetoError('invalid-argument', `the message is not a ModelInferRequest: ${errorText(error)}`, {
      cause: error,
    });
  }
  return { ...scanned, parameters, inputs, outputs, raw };
}
