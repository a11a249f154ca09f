// Parses NumPy's array files (`.npy`): a header, then the elements. Source: NumPy enhancement proposal 1.

import { cutText, elementBytes, elementCount, ParetoError, type DataType } from '@pareto/core';
import { textTypeOf, type TextType } from './texts.js';

/** A tensor. `data` is little-endian and row-major; each BYTES element follows its length in 4 bytes. */
export interface Tensor {
  readonly datatype: DataType;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

const datatypes: Readonly<Record<string, DataType>> = {
  '|b1': 'BOOL',
  '|u1': 'UINT8',
  '|i1': 'INT8',
  '<u2': 'UINT16',
  '<i2': 'INT16',
  '<u4': 'UINT32',
  '<i4': 'INT32',
  '<u8': 'UINT64',
  '<i8': 'INT64',
  '<f2': 'FP16',
  '<f4': 'FP32',
  '<f8': 'FP64',
};

const magic = Buffer.from('\x93NUMPY', 'latin1');

/** Limits of what a header may state. NumPy itself writes at most 10,000 bytes and 64 dimensions. */
const [maxHeaderBytes, maxRank] = [16_384, 32];
/** Limit of the product of the dimensions other than 0, for arrays without elements. */
const maxEmptyElements = 2 ** 24;
const headerEntry = /'(descr|fortran_order|shape)'\s*:\s*('[^']*'|True|False|\([\d\s,]*\))/g;

/** Maximum number of bytes before the elements. */
export const maxNpyHeadBytes: number = 12 + maxHeaderBytes;

/**
 * Parses an array, or its first `rows` rows: `content` may be cut after them. `name` is used in errors. The result shares memory
 * with `content`, except for text, which takes at most five times the memory. Throws `invalid-argument` for content that is
 * malformed or has an unsupported type.
 */
export function parseNpy(name: string, content: Buffer, rows: number = Infinity): Tensor {
  const invalid = invalidArray(name);
  const { datatype, descr, text, itemBytes, dims, data } = parseHead(content, rows, invalid);
  const count = elementCount(dims);
  const wanted = data.subarray(0, rows === Infinity ? undefined : count * itemBytes);
  if (wanted.byteLength !== count * itemBytes) {
    const expected = `expected ${count * itemBytes} for ${descr} (${dims.join(', ')})`;
    throw invalid(`it holds ${data.byteLength} bytes, ${expected}`);
  }
  return { datatype, dims, data: text === undefined ? wanted : toBytesElements(wanted, count, text) };
}

/** Returns the number of bytes until the end of the first `rows` rows. `start` has at least the bytes before the elements. */
export function npyBytes(name: string, start: Buffer, rows: number): number {
  const { dims, itemBytes, data } = parseHead(start, rows, invalidArray(name));
  return start.byteLength - data.byteLength + elementCount(dims) * itemBytes;
}

const invalidArray =
  (name: string): CreateError =>
  (why) =>
    new ParetoError('invalid-argument', `array ${cutText(name, 100)}: ${why}`);

interface Head {
  readonly datatype: DataType;
  readonly descr: string;
  /** Type of the elements if they are texts. Undefined for numbers. */
  readonly text: TextType | undefined;
  readonly itemBytes: number;
  /** Dimensions of the wanted rows. */
  readonly dims: readonly number[];
  /** Content after the header. */
  readonly data: Buffer;
}

function parseHead(content: Buffer, rows: number, invalid: CreateError): Head {
  const { header, data } = splitHeader(content, invalid);
  const { descr, fortranOrder, shape } = parseHeader(header, invalid);
  const text = textTypeOf(descr);
  const datatype = text === undefined ? datatypes[descr] : 'BYTES';
  if (datatype === undefined) throw invalid(typeProblem(descr));
  const itemBytes = text?.bytes ?? elementBytes[datatype];
  if (itemBytes === 0) throw invalid(`its type is ${descr}, whose elements have no bytes: use arr.astype('|S1')`);
  if (fortranOrder) throw invalid('it is in Fortran order, expected C order: save numpy.ascontiguousarray(arr)');
  const [first, ...others] = parseShape(shape, invalid);
  const dims = first === undefined ? [] : [Math.min(first, rows), ...others];
  return { datatype, descr, text, itemBytes, dims, data };
}

/** Says what is wrong with a type, and how to convert the array. */
function typeProblem(descr: string): string {
  const found = `its type is ${cutText(descr, 100)}`;
  const [, order, kind] = /^([<>|=])([a-zA-Z])/.exec(descr) ?? [];
  if (kind === 'O')
    return `${found}, which NumPy saves as a pickle, and pickles are not loaded: save texts as numpy.array(arr.tolist(), str), and numbers as arr.astype('float32')`;
  if (order === '>') return `${found}, expected little-endian elements: save arr.astype(arr.dtype.newbyteorder('<'))`;
  if (kind === 'M' || kind === 'm') return `${found}, expected numbers or text: save arr.astype('int64')`;
  const known = Object.keys(datatypes).join(' ');
  const advice = kind === 'f' || kind === 'V' ? " (convert it with arr.astype('float32'))" : '';
  return `${found}, expected one of ${known} <U |S${advice}`;
}

type CreateError = (why: string) => ParetoError;

function splitHeader(content: Buffer, invalid: CreateError): { readonly header: string; readonly data: Buffer } {
  const version = content[6] ?? 0;
  if (content.byteLength < 12 || !content.subarray(0, 6).equals(magic) || version < 1 || version > 3)
    throw invalid('it is not in .npy format');
  const start = version > 1 ? 12 : 10;
  const length = version > 1 ? content.readUInt32LE(8) : content.readUInt16LE(8);
  if (length > maxHeaderBytes) throw invalid(`its header has ${length} bytes, expected at most ${maxHeaderBytes}`);
  const end = start + length;
  return { header: content.toString('latin1', start, end), data: content.subarray(end) };
}

interface Header {
  readonly descr: string;
  readonly fortranOrder: boolean;
  /** Dimensions, separated by commas. */
  readonly shape: string;
}

/** Parses the header. Each of its three entries must occur once, because NumPy uses the last of several. */
function parseHeader(header: string, invalid: CreateError): Header {
  const entries = [...header.matchAll(headerEntry)].map(([, key = '', value = '']) => [key, value] as const);
  const { descr, fortran_order: order, shape } = Object.fromEntries(entries);
  const isPlain = /^\{[\s,]*\}\s*$/.test(header.replaceAll(headerEntry, ''));
  if (entries.length !== 3 || !isPlain || descr?.[0] !== "'" || shape?.[0] !== '(' || order === undefined)
    throw invalid('its header is cut short or holds a structure');
  return { descr: descr.slice(1, -1), fortranOrder: order === 'True', shape: shape.slice(1, -1) };
}

function parseShape(shape: string, invalid: CreateError): readonly number[] {
  const parts = shape.split(',').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  if (parts.length > maxRank) throw invalid(`it has ${parts.length} dimensions, expected at most ${maxRank}`);
  if (!parts.every((part) => /^\d{1,15}$/.test(part)))
    throw invalid(`its shape is (${cutText(shape, 100)}), expected whole numbers`);
  const dims = parts.map(Number);
  const widest = elementCount(dims.filter((dim) => dim > 0));
  if (widest > (dims.includes(0) ? maxEmptyElements : Number.MAX_SAFE_INTEGER))
    throw invalid(`its shape is (${dims.join(', ')}), which is too large`);
  return dims;
}

/** Encodes text as BYTES elements. Four bytes of UTF-32 have at most four bytes in UTF-8. */
function toBytesElements(data: Buffer, count: number, { bytes, write }: TextType): Uint8Array {
  const elements = Buffer.alloc(4 * count + data.byteLength);
  let end = 0;
  for (let offset = 0; offset < data.byteLength; offset += bytes) {
    const length = write(data.subarray(offset, offset + bytes), elements.subarray(end + 4));
    elements.writeUInt32LE(length, end);
    end += 4 + length;
  }
  return elements.subarray(0, end);
}
