// Parses NumPy's array files (`.npy`): a header, then the elements. Source: NumPy enhancement proposal 1.

import { elementBytes, elementCount, ParetoError, type DataType } from '@pareto/core';
import { fromTexts, textTypeOf, type TextType } from './texts.js';

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

/**
 * Parses an array. `name` is used in errors. The result shares memory with `content`, except for text. Throws
 * `invalid-argument` for content that is malformed or has an unsupported type.
 */
export function parseNpy(name: string, content: Buffer): Tensor {
  const invalid = (why: string): ParetoError => new ParetoError('invalid-argument', `array ${name}: ${why}`);
  if (content.byteLength < 12 || !content.subarray(0, 6).equals(magic)) throw invalid('it is not in .npy format');
  const wide = (content[6] ?? 0) > 1;
  const start = wide ? 12 : 10;
  const end = start + (wide ? content.readUInt32LE(8) : content.readUInt16LE(8));
  const header = content.toString('latin1', start, Math.min(end, content.byteLength));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (descr === undefined || shape === undefined) throw invalid('its header is cut short or holds a structure');
  const text = textTypeOf(descr);
  const datatype = text === undefined ? datatypes[descr] : 'BYTES';
  if (datatype === undefined) {
    const known = Object.keys(datatypes).join(' ');
    throw invalid(`its type is ${descr}, expected one of ${known} <U |S (convert it with arr.astype('<f4'))`);
  }
  if (/'fortran_order'\s*:\s*True/.test(header)) {
    throw invalid('it is in Fortran order, expected C order: save numpy.ascontiguousarray(arr)');
  }
  const dims = shape
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const data = content.subarray(end);
  const expected = elementCount(dims) * (text?.bytes ?? elementBytes[datatype]);
  if (data.byteLength !== expected) {
    throw invalid(`it holds ${data.byteLength} bytes, expected ${expected} for ${descr} (${dims.join(', ')})`);
  }
  return { datatype, dims, data: text === undefined ? data : toBytesElements(data, elementCount(dims), text) };
}

const toBytesElements = (data: Buffer, count: number, { bytes, decode }: TextType): Uint8Array =>
  fromTexts(Array.from({ length: count }, (_, index) => decode(data.subarray(index * bytes, (index + 1) * bytes))));
