// Converts typed tensor contents to raw bytes and back, directly on the packed fields.

import protobuf from 'protobufjs/minimal.js';
import { elementBytes, elementCount, errorText, ParetoError, type DataType } from '@pareto/core';
import { limitError } from '../limits/limit-error.js';
import { defaultLimits } from '../limits/limits.js';
import { createReader, readFields, type Reader } from './reader.js';
import { areBits, countVarints, readHalves, readWords, writeHalves, writeWords } from './varints.js';

/** The fields of InferTensorContents, by number. */
const fieldNames = [
  '',
  'bool_contents',
  'int_contents',
  'int64_contents',
  'uint_contents',
  'uint64_contents',
  'fp32_contents',
  'fp64_contents',
  'bytes_contents',
] as const;

interface Field {
  readonly number: number;
  /** Wire type of an element: 0 for varints, 2 for BYTES, otherwise for little-endian elements of the datatype's width. */
  readonly wireType: 0 | 1 | 2 | 5;
}

// FP16 and BF16 have no typed form and are always sent raw.
const fields: Partial<Record<DataType, Field>> = {
  BOOL: { number: 1, wireType: 0 },
  INT8: { number: 2, wireType: 0 },
  INT16: { number: 2, wireType: 0 },
  INT32: { number: 2, wireType: 0 },
  INT64: { number: 3, wireType: 0 },
  UINT8: { number: 4, wireType: 0 },
  UINT16: { number: 4, wireType: 0 },
  UINT32: { number: 4, wireType: 0 },
  UINT64: { number: 5, wireType: 0 },
  FP32: { number: 6, wireType: 5 },
  FP64: { number: 7, wireType: 1 },
  BYTES: { number: 8, wireType: 2 },
};

/** Array types of the integer datatypes of up to 32 bits. */
const arrays = {
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
} as const;
type Word = keyof typeof arrays;

const isWord = (datatype: DataType): datatype is Word => Object.hasOwn(arrays, datatype);
const isSigned = (datatype: DataType): boolean => datatype.startsWith('INT');

function throwInvalid(message: string): never {
  throw new ParetoError('invalid-argument', message);
}

interface Typed {
  readonly input: string;
  readonly datatype: DataType;
  readonly contents: Buffer;
  readonly elements: number;
}

/**
 * Decodes typed contents to raw little-endian bytes, which are a view of `contents` if they are equal. `elements` is
 * the number of elements in the shape, which is not checked for BYTES. Throws `invalid-argument`, which names `input`,
 * if the number differs, an element is out of range, the elements are in the field of another datatype, the datatype
 * has no typed form, or `contents` is not an InferTensorContents.
 */
export function decodeTypedContents(input: string, datatype: DataType, contents: Buffer, elements: number): Buffer {
  try {
    return decode({ input, datatype, contents, elements });
  } catch (error) {
    if (error instanceof ParetoError) throw error;
    return throwInvalid(`input '${input}': malformed InferTensorContents: ${errorText(error)}`);
  }
}

function throwWrongField({ input, datatype }: Typed, found: number, expected: number): never {
  return throwInvalid(
    `input '${input}': the elements are in ${fieldNames[found]}; ${datatype} requires ${fieldNames[expected]}`,
  );
}

const { elements: maxElements } = defaultLimits;

/** Returns a reader of typed contents, whose elements are fields unless they are packed. */
function readContents({ contents, input }: Typed): Reader {
  const onTooMany = (): ParetoError =>
    limitError(
      'elements',
      'invalid-argument',
      `input '${input}' has more than ${maxElements} elements that are not packed: send raw_input_contents`,
    );
  return createReader(contents, maxElements, onTooMany);
}

function decode(typed: Typed): Buffer {
  const { input, datatype, elements } = typed;
  const field =
    fields[datatype] ?? throwInvalid(`input '${input}': ${datatype} has no typed contents; send raw_input_contents`);
  const joined = joinElements(typed, field);
  if (datatype === 'BYTES') return joined;
  if (field.wireType === 0 && (joined.at(-1) ?? 0) >= 128) throw new RangeError('the last element is incomplete');
  const count = field.wireType === 0 ? countVarints(joined, 0, joined.length) : joined.length / elementBytes[datatype];
  if (count !== elements)
    throwInvalid(`input '${input}': expected ${elements} elements of ${datatype} for the shape, got ${count}`);
  return field.wireType === 0 ? decodeVarints(typed, joined) : joined;
}

/**
 * Returns the encoded elements in one piece, those of BYTES with their lengths: a view of the contents if they are packed,
 * otherwise a copy, without an object for each element.
 */
function joinElements(typed: Typed, field: Field): Buffer {
  const { contents } = typed;
  const lengthBytes = field.wireType === 2 ? 4 : 0;
  let count = 0;
  let size = 0;
  let first = 0;
  readElements(typed, field, (from, length) => {
    if (count === 0) first = from;
    count += 1;
    size += lengthBytes + length;
  });
  if (count <= 1 && lengthBytes === 0) return contents.subarray(first, first + size);
  const joined = Buffer.allocUnsafe(size);
  let at = 0;
  readElements(typed, field, (from, length) => {
    if (lengthBytes > 0) at = joined.writeUInt32LE(length, at);
    at += contents.copy(joined, at, from, from + length);
  });
  return joined;
}

/** Calls `element` with the position and the length of each field with elements: packed ones, or a single one. */
function readElements(
  typed: Typed,
  { number: expected, wireType: own }: Field,
  element: (from: number, length: number) => void,
): void {
  const reader = readContents(typed);
  readFields(reader, reader.len, (number, wireType) => {
    if (number !== expected && fieldNames[number]) {
      // An empty packed field of another datatype has no elements.
      if (own === 2 || wireType !== 2 || reader.uint32() > 0) throwWrongField(typed, number, expected);
      return true;
    }
    if (number !== expected || (wireType !== 2 && wireType !== own)) return false;
    const packed = wireType === 2 ? reader.uint32() : undefined;
    const from = reader.pos;
    if (packed === undefined) reader.skipType(own);
    else reader.skip(packed);
    const length = reader.pos - from;
    if ((own === 1 || own === 5) && length % elementBytes[typed.datatype] !== 0) {
      throw new RangeError(`${length} bytes are not a multiple of the size of ${typed.datatype}`);
    }
    element(from, length);
    return true;
  });
}

const bytesOf = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);

function decodeVarints({ input, datatype, elements }: Typed, packed: Buffer): Buffer {
  if (datatype === 'BOOL') return decodeBools(packed, elements);
  if (!isWord(datatype)) return bytesOf(readHalves(packed, elements));
  const words = readWords(packed, elements);
  if (datatype === 'INT32' || datatype === 'UINT32') return bytesOf(words);
  const narrow = new arrays[datatype](words);
  const outOfRange = firstDifference(narrow, words);
  if (outOfRange < 0) return bytesOf(narrow);
  return throwInvalid(
    `input '${input}': element ${outOfRange} is ${words[outOfRange]}, which is out of range for ${datatype}`,
  );
}

/** Returns the index of the first difference. Negative if there is none. */
function firstDifference(narrow: ArrayLike<number>, words: Int32Array): number {
  const { length } = words;
  for (let index = 0; index < length; index++) if (narrow[index] !== words[index]) return index;
  return -1;
}

function decodeBools(packed: Buffer, elements: number): Buffer {
  if (areBits(packed)) return packed;
  const halves = readHalves(packed, elements);
  return Buffer.from(Array.from({ length: elements }, (_, i) => (halves[2 * i] || halves[2 * i + 1] ? 1 : 0)));
}

/** Returns whether a datatype has typed contents. */
export const hasTypedContents = (datatype: DataType): boolean => fields[datatype] !== undefined;

/** Returns the size in bytes of a tensor. Undefined for BYTES, whose elements vary in size. */
export const expectedBytes = (datatype: DataType, shape: readonly number[]): number | undefined =>
  datatype === 'BYTES' ? undefined : elementCount(shape) * elementBytes[datatype];

/** Encodes raw bytes as the field with number `field`, an InferTensorContents. */
export function encodeTypedContents(field: number, datatype: DataType, raw: Buffer): Buffer {
  const writer = protobuf.Writer.create();
  const own = fields[datatype];
  if (own === undefined) throw new ParetoError('internal', `${datatype} has no typed contents`);
  const tag = (own.number << 3) | 2;
  writer.uint32((field << 3) | 2).fork();
  if (own.wireType !== 2) writer.uint32(tag).bytes(own.wireType === 0 ? encodeVarints(datatype, raw) : raw);
  else
    for (let at = 0; at < raw.length;) {
      const end = at + 4 + raw.readUInt32LE(at);
      writer.uint32(tag).bytes(raw.subarray(at + 4, end));
      at = end;
    }
  return writer.ldelim().finish() as Buffer;
}

function encodeVarints(datatype: DataType, raw: Buffer): Buffer {
  if (datatype === 'BOOL') return areBits(raw) ? raw : Buffer.from(raw.map((byte) => (byte ? 1 : 0)));
  // The copy is aligned for elements of any width.
  const { buffer } = new Uint8Array(raw);
  if (!isWord(datatype)) return writeHalves(new Int32Array(buffer));
  return writeWords(new Int32Array(new arrays[datatype](buffer)), isSigned(datatype));
}
