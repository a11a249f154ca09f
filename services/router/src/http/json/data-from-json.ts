// Converts a tensor's data from JSON, flat or nested, to raw bytes, and checks every element.

import { elementBytes, elementCount, ParetoError, type DataType } from '@pareto/core';
import { limitError } from '@pareto/protocol';
import { next, quote, type JsonCursor } from './cursor.js';
import { preview, previewText } from './json-shape.js';
import { numberKinds } from './number-kinds.js';
import { UnreadArray } from './parse-json.js';
import { passString, readString } from './scalars.js';
import { passNested, skipValue } from './skip.js';

export interface JsonTensor {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
}

export const tensorsTooLarge = (maxBytes: number): ParetoError =>
  limitError(
    'messageBytes',
    'resource-exhausted',
    `the tensors take more than ${maxBytes} bytes; the limit is set by --max-message-bytes`,
  );

const invalidData = (message: string): ParetoError => new ParetoError('invalid-argument', message);

/**
 * Returns the elements in little-endian, row-major order, with a 4-byte length before each BYTES element. Throws
 * `invalid-argument` with the name of the input, and `resource-exhausted` if they take more than `maxBytes`.
 */
export function dataFromJson(tensor: JsonTensor, data: unknown, maxBytes: number): Buffer {
  const { name, datatype, shape } = tensor;
  if (!(data instanceof UnreadArray)) {
    throw invalidData(`input '${name}': its data is ${preview(data)}: expected an array`);
  }
  const expected = elementCount(shape);
  if (data.count !== expected) {
    throw invalidData(
      `input '${name}': its data has ${data.count} elements: expected ${expected} for shape [${shape.join(',')}]`,
    );
  }
  const bytes = datatype === 'BYTES' ? data.bytes : data.count * elementBytes[datatype];
  if (bytes > maxBytes) throw tensorsTooLarge(maxBytes);
  return datatype === 'BYTES' ? readTexts(tensor, data) : readNumbers(tensor, data);
}

function readNumbers(tensor: JsonTensor, data: UnreadArray): Buffer {
  const kind = numberKinds[tensor.datatype];
  if (kind === undefined) {
    const { name, datatype } = tensor;
    throw invalidData(
      `input '${name}': ${datatype} cannot be represented in JSON; send it as binary data with binary_data_size`,
    );
  }
  const array = kind.create(data.count);
  readElements(tensor, data, kind.expected, (cursor, index) => array.read(index, cursor));
  return array.raw;
}

/** `read` reads an element, and returns false if it is not of the tensor's datatype. */
function readElements(
  { name, datatype }: JsonTensor,
  data: UnreadArray,
  expected: string,
  read: (cursor: JsonCursor, index: number) => boolean,
): void {
  const cursor = data.cursor();
  let index = 0;
  passNested(cursor, () => {
    const start = cursor.at;
    if (read(cursor, index++)) return;
    cursor.at = start;
    skipValue(cursor);
    const element = previewText({ ...cursor, at: start }, cursor.at);
    throw invalidData(
      `input '${name}': element ${index - 1} of its data is ${element}: expected ${expected} for ${datatype}`,
    );
  });
}

function readTexts(tensor: JsonTensor, data: UnreadArray): Buffer {
  // A string and the comma after it are as long as the encoded element, but for one byte.
  const raw = Buffer.allocUnsafeSlow(data.bytes + data.count);
  let offset = 0;
  readElements(tensor, data, 'a string', (cursor) => {
    if (next(cursor) !== quote) return false;
    const length = writeString(cursor, raw, offset + 4);
    raw.writeUInt32LE(length, offset);
    offset += 4 + length;
    return true;
  });
  return raw.subarray(0, offset);
}

/** Writes the next string without its escapes, and returns its length in bytes. */
function writeString(cursor: JsonCursor, to: Buffer, offset: number): number {
  const start = cursor.at;
  if (!passString(cursor)) return cursor.bytes.copy(to, offset, start + 1, cursor.at - 1);
  return to.write(readString({ ...cursor, at: start }), offset);
}
