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
  /** Wire type: 0 for varints, otherwise for little-endian elements of the datatype's width. */
  readonly wireType: 0 | 1 | 5;
}

// FP16 and BF16 have no typed form and are always sent raw. BYTES are handled separately.
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
};
const bytesField = 8;

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
    const typed = { input, datatype, contents, elements };
    return datatype === 'BYTES' ? decodeBytes(typed) : decodeNumbers(typed);
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

/** Copies each element without an object of its own. */
function decodeBytes(typed: Typed): Buffer {
  const { contents } = typed;
  let size = 0;
  readElements(typed, (_from, length) => (size += 4 + length));
  const raw = Buffer.allocUnsafe(size);
  let at = 0;
  readElements(typed, (from, length) => {
    at = raw.writeUInt32LE(length, at);
    at += contents.copy(raw, at, from, from + length);
  });
  return raw;
}

/** Calls `element` with the position and the length of each element of BYTES. */
function readElements(typed: Typed, element: (from: number, length: number) => void): void {
  const reader = readContents(typed);
  readFields(reader, reader.len, (number, wireType) => {
    if (number !== bytesField) return fieldNames[number] ? throwWrongField(typed, number, bytesField) : false;
    if (wireType !== 2) return false;
    const length = reader.uint32();
    if (reader.pos + length > reader.len) throw new RangeError('an element extends beyond the end of the message');
    element(reader.pos, length);
    reader.pos += length;
    return true;
  });
}

function decodeNumbers(typed: Typed): Buffer {
  const { input, datatype, elements } = typed;
  const field =
    fields[datatype] ?? throwInvalid(`input '${input}': ${datatype} has no typed contents; send raw_input_contents`);
  const packed = readPacked(typed, field);
  const count = field.wireType === 0 ? countVarints(packed) : packed.length / elementBytes[datatype];
  if (count !== elements)
    throwInvalid(`input '${input}': expected ${elements} elements of ${datatype} for the shape, got ${count}`);
  return field.wireType === 0 ? decodeVarints(typed, packed) : packed;
}

/** Returns the encoded elements in one piece: a view of the contents if they are packed, otherwise a copy. */
function readPacked(typed: Typed, field: Field): Buffer {
  let count = 0;
  let size = 0;
  let first = 0;
  readChunks(typed, field, (from, length) => {
    if (count === 0) first = from;
    count += 1;
    size += length;
  });
  if (count <= 1) return typed.contents.subarray(first, first + size);
  const packed = Buffer.allocUnsafe(size);
  let at = 0;
  readChunks(typed, field, (from, length) => (at += typed.contents.copy(packed, at, from, from + length)));
  return packed;
}

/** Calls `chunk` with the position and the length of each field with elements: packed ones, or a single one. */
function readChunks(
  typed: Typed,
  { number: expected, wireType: own }: Field,
  chunk: (from: number, length: number) => void,
): void {
  const reader = readContents(typed);
  readFields(reader, reader.len, (number, wireType) => {
    if (number !== expected && fieldNames[number]) {
      if (wireType !== 2 || reader.uint32() > 0) throwWrongField(typed, number, expected);
      return true;
    }
    if (number !== expected || (wireType !== 2 && wireType !== own)) return false;
    const packed = wireType === 2 ? reader.uint32() : undefined;
    const from = reader.pos;
    if (packed === undefined) reader.skipType(own);
    else reader.skip(packed);
    const length = reader.pos - from;
    if (own !== 0 && length % elementBytes[typed.datatype] !== 0) {
      throw new RangeError(`${length} bytes are not a multiple of the size of ${typed.datatype}`);
    }
    chunk(from, length);
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
export const hasTypedContents = (datatype: DataType): boolean => datatype === 'BYTES' || fields[datatype] !== undefined;

/** Returns the size in bytes of a tensor. Undefined for BYTES, whose elements vary in size. */
export const expectedBytes = (datatype: DataType, shape: readonly number[]): number | undefined =>
  datatype === 'BYTES' ? undefined : elementCount(shape) * elementBytes[datatype];

/** Encodes raw bytes as the field with number `field`, an InferTensorContents. */
export function encodeTypedContents(field: number, datatype: DataType, raw: Buffer): Buffer {
  const writer = protobuf.Writer.create();
  writer.uint32((field << 3) | 2).fork();
  if (datatype === 'BYTES') writeBytes(writer, raw);
  else {
    const own = fields[datatype];
    if (own === undefined) throw new ParetoError('internal', `${datatype} has no typed contents`);
    writer.uint32((own.number << 3) | 2).bytes(own.wireType === 0 ? encodeVarints(datatype, raw) : raw);
  }
  return writer.ldelim().finish() as Buffer;
}

function writeBytes(writer: protobuf.Writer, raw: Buffer): void {
  for (let offset = 0; offset < raw.length;) {
    const length = raw.readUInt32LE(offset);
    writer.uint32((bytesField << 3) | 2).bytes(raw.subarray(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
}

function encodeVarints(datatype: DataType, raw: Buffer): Buffer {
  if (datatype === 'BOOL') return areBits(raw) ? raw : Buffer.from(raw.map((byte) => (byte ? 1 : 0)));
  // The copy is aligned for elements of any width.
  const { buffer } = new Uint8Array(raw);
  if (!isWord(datatype)) return writeHalves(new Int32Array(buffer));
  return writeWords(new Int32Array(new arrays[datatype](buffer)), isSigned(datatype));
}
