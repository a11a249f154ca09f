// Reads a ModelInferRequest without decoding its tensors, whose bytes are views of the message's slices.

import { errorText, ParetoError } from '@pareto/core';
import { defaultLimits } from '../limits/limits.js';
import { addParameter, noParameters, type ParameterValue, type ScannedParameters } from './parameters.js';
import { joinFrames, payloadOf, sliceFrames, type Payload } from './payload.js';
import {
  checkRoom,
  createReader,
  readFields,
  readId,
  readName,
  readNested,
  readShape,
  readView,
  type Reader,
} from './reader.js';

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
  /** Elements of raw_input_contents, each in consecutive views of the message. */
  readonly raw: readonly (readonly Buffer[])[];
}

function readInput(reader: Reader): ScannedInput {
  let name = '';
  let datatype = '';
  let contents: Buffer | undefined;
  const shape: number[] = [];
  let found = noParameters;
  readNested(reader, (number, wireType) => {
    if (number === 1) name = readName(reader, 'the name of an input');
    else if (number === 2) datatype = readName(reader, 'the datatype of an input');
    else if (number === 3) readShape(reader, wireType, shape);
    else if (number === 4) found = addParameter(found, reader);
    else if (number === 5) contents = readView(reader);
    else return false;
    return true;
  });
  return { name, datatype, shape, contents, parameters: found.parameters };
}

function readOutput(reader: Reader): ScannedOutput {
  let name = '';
  let found = noParameters;
  readNested(reader, (number) => {
    if (number === 1) name = readName(reader, 'the name of an output');
    else if (number === 2) found = addParameter(found, reader);
    else return false;
    return true;
  });
  return { name, parameters: found.parameters, kinds: found.kinds };
}

/** Throws `invalid-argument` if the bytes are not a ModelInferRequest. */
export function scanInferRequest(payload: Payload): ScannedRequest {
  try {
    return scan(payload);
  } catch (error) {
    if (error instanceof ParetoError) throw error;
    // A field may continue after the slice in which it begins.
    if (payload.head.length < payload.length) return scanInferRequest(payloadOf(joinFrames(payload.frames)));
    throw new ParetoError('invalid-argument', `the message is not a ModelInferRequest: ${errorText(error)}`, {
      cause: error,
    });
  }
}

/** Scans the head. Scans what follows a tensor that is not in the head as another head. */
function scan(payload: Payload): ScannedRequest {
  let modelName = '';
  let modelVersion = '';
  let id = '';
  let found = noParameters;
  const inputs: ScannedInput[] = [];
  const outputs: ScannedOutput[] = [];
  const raw: (readonly Buffer[])[] = [];
  const addTo = <T>(what: string, items: T[], read: (reader: Reader) => T): void => {
    checkRoom(what, items);
    items.push(read(reader));
  };
  let { head, frames } = payload;
  let left = payload.length;
  let reader = createReader(head, defaultLimits.fields);
  let end = 0;
  const readRaw = (): readonly Buffer[] => {
    const length = reader.uint32();
    const from = reader.pos;
    end = from + length;
    if (end > left) throw new RangeError('a tensor extends beyond the end of the message');
    reader.pos = Math.min(end, reader.len);
    return sliceFrames(frames, from, end);
  };
  const readField = (number: number): boolean => {
    if (number === 1) modelName = readName(reader, 'model_name');
    else if (number === 2) modelVersion = readName(reader, 'model_version');
    else if (number === 3) id = readId(reader);
    else if (number === 4) found = addParameter(found, reader);
    else if (number === 5) addTo('inputs', inputs, readInput);
    else if (number === 6) addTo('outputs', outputs, readOutput);
    else if (number === 7) addTo('raw_input_contents', raw, readRaw);
    else return false;
    return true;
  };
  for (;;) {
    readFields(reader, reader.len, readField);
    const next = Math.max(end, head.length);
    if (next === left) break;
    ({ head, frames, length: left } = payloadOf(...sliceFrames(frames, next, left)));
    reader = createReader(head, reader.fieldsLeft);
    end = 0;
  }
  const { parameters, kinds } = found;
  return { modelName, modelVersion, id, parameters, kinds, inputs, outputs, raw };
}
