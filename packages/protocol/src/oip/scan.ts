// Reads a ModelInferRequest without decoding its tensors, whose bytes are views of the message's slices.

import { errorText, ParetoError } from '@pareto/core';
import { defaultLimits } from '../limits/limits.js';
import { addParameter, noParameters, type ParameterValue, type ScannedParameters } from './parameters.js';
import { SliceCursor, joinSlices, payloadOf, type Payload } from '../payload.js';
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
import { rawTag, RepeatedHeads } from './repeated-heads.js';

/** An input of a request, or an output of a response. */
export interface ScannedTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  /** Encoded InferTensorContents. Undefined if the tensor has none. */
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
  readonly inputs: readonly ScannedTensor[];
  /** Requested outputs in the order of the request. Empty means all. */
  readonly outputs: readonly ScannedOutput[];
  /** Elements of raw_input_contents, each in consecutive views of the message. */
  readonly raw: readonly (readonly Buffer[])[];
  /** The same for requests with equal fields before their tensors, apart from the id. Undefined for the first ones. */
  readonly head: object | undefined;
}

/** Fields that requests with equal heads have in common. */
interface ScannedHead extends Omit<ScannedRequest, 'id' | 'raw' | 'head'> {
  /** Number of fields, on all levels, without the id. */
  readonly fields: number;
}

const { fields: maxFields, listItems } = defaultLimits;

/** Reads a tensor. `readText` reads its name and its datatype. */
export function readTensor(reader: Reader, readText: (reader: Reader, what: string) => string): ScannedTensor {
  let name = '';
  let datatype = '';
  let contents: Buffer | undefined;
  const shape: number[] = [];
  let found = noParameters;
  readNested(reader, (number, wireType) => {
    if (number === 1) name = readText(reader, 'the name of an input');
    else if (number === 2) datatype = readText(reader, 'the datatype of an input');
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
    if (payload.head.length < payload.length) return scanInferRequest(payloadOf(joinSlices(payload.slices)));
    throw new ParetoError('invalid-argument', `the message is not a ModelInferRequest: ${errorText(error)}`, {
      cause: error,
    });
  }
}

const heads = new RepeatedHeads<ScannedHead>();

function scan(payload: Payload): ScannedRequest {
  const known = heads.find(payload.head, payload.head.length === payload.length);
  const { end, idStart, idEnd } = heads;
  const raw = known && readTensors(payload, end, known.fields);
  if (known !== undefined && raw !== undefined) {
    const id = idEnd === 0 ? '' : readIdAt(payload.head, idStart + 1);
    return requestOf(known, id, raw, known);
  }
  const scanned = new Scan(payload);
  scanned.read(payload.head);
  const { modelName, modelVersion, found, inputs, outputs } = scanned;
  const fields = scanned.headFields - (idEnd === 0 ? 0 : 1);
  const head = { modelName, modelVersion, parameters: found.parameters, kinds: found.kinds, inputs, outputs, fields };
  // Typed contents are views of the message.
  const isKept = !scanned.isMixed && inputs.every(({ contents }) => contents === undefined);
  if (known === undefined && isKept) heads.add(payload.head, head);
  return requestOf(head, scanned.id, scanned.raw, undefined);
}

const requestOf = (
  { modelName, modelVersion, parameters, kinds, inputs, outputs }: ScannedHead,
  id: string,
  raw: ScannedRequest['raw'],
  head: ScannedHead | undefined,
): ScannedRequest => ({ modelName, modelVersion, id, parameters, kinds, inputs, outputs, raw, head });

/** Reads the id whose length is at `from`. */
function readIdAt(message: Buffer, from: number): string {
  const first = message[from] ?? 0;
  if (first < 128) return message.toString('utf8', from + 1, from + 1 + first);
  return message.toString('utf8', from + 2, from + 2 + (first & 127) + (message[from + 1] ?? 0) * 128);
}

const maxLengthBits = 28;

/**
 * Reads the tensors from the end of a head with `fields` fields to the end of the message. Undefined if that needs a scan,
 * such as for other fields between them.
 */
function readTensors(
  { head, slices, length }: Payload,
  end: number,
  fields: number,
): ScannedRequest['raw'] | undefined {
  let raw: (readonly Buffer[])[] = [];
  const cursor = new SliceCursor(slices);
  for (let at = end; at < length;) {
    if (head[at] !== rawTag || raw.length >= Math.min(listItems, maxFields - fields - 1)) return undefined;
    let bytes = 0;
    for (let bits = 0, byte = 128; byte >= 128; bits += 7) {
      byte = head[++at] ?? 0;
      bytes += (byte & 127) * 2 ** bits;
      if (bits > maxLengthBits) return undefined;
    }
    const from = at + 1;
    at = from + bytes;
    if (from > head.length || at > length) return undefined;
    const tensor = cursor.slice(from, at);
    // Most requests have one tensor, and an array that grows has room for 17.
    if (raw.length === 0) raw = [tensor];
    else raw.push(tensor);
  }
  return raw;
}

/** A scan of a whole message. */
class Scan {
  modelName = '';
  modelVersion = '';
  id = '';
  found: ScannedParameters = noParameters;
  readonly inputs: ScannedTensor[] = [];
  readonly outputs: ScannedOutput[] = [];
  readonly raw: (readonly Buffer[])[] = [];
  /** Number of fields, on all levels, before the first tensor. */
  headFields = 0;
  /** Set if other fields follow the first tensor. */
  isMixed = false;
  readonly #cursor: SliceCursor;
  readonly #length: number;
  /** Position in the message of the first byte of the current reader. */
  #start = 0;
  /** End of the last tensor. */
  #end = 0;

  constructor({ slices, length }: Payload) {
    this.#cursor = new SliceCursor(slices);
    this.#length = length;
  }

  /** Scans the head. Scans what follows a tensor that is not in the head as another head. */
  read(head: Buffer): void {
    let reader = createReader(head, maxFields);
    for (;;) {
      const current = reader;
      readFields(current, current.len, (number) => this.#readField(current, number));
      this.#start = Math.max(this.#end, this.#start + current.len);
      if (this.#start === this.#length) break;
      const next = this.#cursor.restAt(this.#start);
      if (next === undefined) throw new RangeError('the message is longer than its bytes');
      reader = createReader(next, current.fieldsLeft);
    }
    if (this.raw.length === 0) this.headFields = maxFields - reader.fieldsLeft;
  }

  #readField(reader: Reader, number: number): boolean {
    if (number === 7) {
      if (this.raw.length === 0) this.headFields = maxFields - reader.fieldsLeft - 1;
      checkRoom('raw_input_contents', this.raw);
      this.raw.push(this.#readRaw(reader));
      return true;
    }
    this.isMixed ||= this.raw.length > 0;
    if (number === 1) this.modelName = readName(reader, 'model_name');
    else if (number === 2) this.modelVersion = readName(reader, 'model_version');
    else if (number === 3) this.id = readId(reader);
    else if (number === 4) this.found = addParameter(this.found, reader);
    else if (number === 5) {
      checkRoom('inputs', this.inputs);
      this.inputs.push(readTensor(reader, readName));
    } else if (number === 6) {
      checkRoom('outputs', this.outputs);
      this.outputs.push(readOutput(reader));
    } else return false;
    return true;
  }

  #readRaw(reader: Reader): readonly Buffer[] {
    const length = reader.uint32();
    const from = this.#start + reader.pos;
    this.#end = from + length;
    if (this.#end > this.#length) throw new RangeError('a tensor extends beyond the end of the message');
    reader.pos = Math.min(this.#end - this.#start, reader.len);
    return this.#cursor.slice(from, this.#end);
  }
}
