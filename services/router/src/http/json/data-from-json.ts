// Converts a tensor's data from JSON, flat or nested, to raw bytes, and checks every element.

import { elementCount, ParetoError, type DataType } from '@pareto/core';
import { numberKinds } from './number-kinds.js';
import { preview } from './json-shape.js';
import { exactNumber } from './parse-json.js';

export interface JsonTensor {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
}

const maxDepth = 32;

const invalidData = (message: string): ParetoError => new ParetoError('invalid-argument', message);

/** Returns the elements in order. Returns the same array if it is flat. */
function flatten(name: string, data: readonly unknown[]): readonly unknown[] {
  if (!data.some(Array.isArray)) return data;
  const flat: unknown[] = [];
  const visit = (part: readonly unknown[], depth: number): void => {
    if (depth > maxDepth) throw invalidData(`input '${name}': its data is nested deeper than ${maxDepth} levels`);
    for (const element of part) {
      if (Array.isArray(element)) visit(element, depth + 1);
      else flat.push(element);
    }
  };
  visit(data, 1);
  return flat;
}

function elementError({ name, datatype }: JsonTensor, index: number, element: unknown, expected: string): ParetoError {
  return invalidData(
    `input '${name}': element ${index} of its data is ${preview(element)}: expected ${expected} for ${datatype}`,
  );
}

/**
 * Returns the elements in little-endian, row-major order, with a 4-byte length before each BYTES element. Throws
 * `invalid-argument` with the name of the input, or NeedsExactNumbers.
 */
export function dataFromJson(tensor: JsonTensor, data: unknown): Buffer {
  const { name, datatype, shape } = tensor;
  if (!Array.isArray(data)) throw invalidData(`input '${name}': its data is ${preview(data)}: expected an array`);
  const elements = flatten(name, data);
  const expected = elementCount(shape);
  if (elements.length !== expected) {
    throw invalidData(
      `input '${name}': its data has ${elements.length} elements: expected ${expected} for shape [${shape.join(',')}]`,
    );
  }
  return datatype === 'BYTES' ? encodeTexts(tensor, elements) : encodeNumbers(tensor, elements);
}

function encodeNumbers(tensor: JsonTensor, elements: readonly unknown[]): Buffer {
  const kind = numberKinds[tensor.datatype];
  if (kind === undefined) {
    const { name, datatype } = tensor;
    throw invalidData(
      `input '${name}': ${datatype} cannot be represented in JSON; send it as binary data with binary_data_size`,
    );
  }
  const array = kind.create(elements.length);
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index];
    if (!array.set(index, element)) throw elementError(tensor, index, element, kind.expected);
  }
  return array.raw;
}

function encodeTexts(tensor: JsonTensor, elements: readonly unknown[]): Buffer {
  const texts = elements.map((element, index) => {
    if (typeof element !== 'string' || exactNumber(element) !== undefined) {
      throw elementError(tensor, index, element, 'a string');
    }
    return element;
  });
  const raw = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0));
  let offset = 0;
  for (const text of texts) {
    const length = raw.write(text, offset + 4);
    raw.writeUInt32LE(length, offset);
    offset += 4 + length;
  }
  return raw;
}
