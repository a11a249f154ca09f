// Writes a tensor's raw bytes as a JSON array.

import { isUtf8 } from 'node:buffer';
import { elementBytes, ParetoError, type DataType } from '@pareto/core';
import type { RawTensor } from '@pareto/protocol';
import type { JsonWriter } from './json-writer.js';

/**
 * Whole numbers get the suffix `.0`. NaN and infinities, which JSON lacks, are written in the form that most parsers
 * accept.
 */
const floatText = (value: number): string => {
  if (!Number.isInteger(value)) return String(value);
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return text.includes('e') ? text : `${text}.0`;
};

interface Numbers<T> {
  readonly length: number;
  readonly [index: number]: T;
}

function floatsText(values: Numbers<number>): string {
  const texts = new Array<string>(values.length);
  for (let i = 0; i < values.length; i++) texts[i] = floatText(values[i] ?? 0);
  return texts.join(',');
}

type ToText = (buffer: ArrayBufferLike, offset: number, count: number) => string;

const toTextByDatatype: Readonly<Partial<Record<DataType, ToText>>> = {
  BOOL: (b, o, n) => Array.from(new Uint8Array(b, o, n), (value) => String(value !== 0)).join(','),
  INT8: (b, o, n) => new Int8Array(b, o, n).join(','),
  INT16: (b, o, n) => new Int16Array(b, o, n).join(','),
  INT32: (b, o, n) => new Int32Array(b, o, n).join(','),
  INT64: (b, o, n) => new BigInt64Array(b, o, n).join(','),
  UINT8: (b, o, n) => new Uint8Array(b, o, n).join(','),
  UINT16: (b, o, n) => new Uint16Array(b, o, n).join(','),
  UINT32: (b, o, n) => new Uint32Array(b, o, n).join(','),
  UINT64: (b, o, n) => new BigUint64Array(b, o, n).join(','),
  FP32: (b, o, n) => floatsText(new Float32Array(b, o, n)),
  FP64: (b, o, n) => floatsText(new Float64Array(b, o, n)),
};

const binaryHint = (name: string): string =>
  `request it as binary data: {"name": ${JSON.stringify(name)}, "parameters": {"binary_data": true}}`;

/** Number of elements that are converted at one time. */
const blockLength = 8192;

/** Throws `invalid-argument` if the output cannot be represented in JSON. */
export function writeData(output: RawTensor, writer: JsonWriter): void {
  writer.add('[');
  if (output.datatype === 'BYTES') writeTexts(output, writer);
  else writeNumbers(output, writer);
  writer.add(']');
}

function writeNumbers({ name, datatype, raw }: RawTensor, writer: JsonWriter): void {
  const toText = toTextByDatatype[datatype];
  if (toText === undefined) {
    throw new ParetoError(
      'invalid-argument',
      `output '${name}' is ${datatype}, which cannot be represented in JSON; ${binaryHint(name)}`,
    );
  }
  const size = elementBytes[datatype];
  // Typed arrays require aligned memory, but a tensor may begin at any offset of its message.
  const { buffer, byteOffset, length } = raw.byteOffset % size === 0 ? raw : aligned(raw);
  const count = Math.floor(length / size);
  for (let at = 0; at < count; at += blockLength) {
    if (at > 0) writer.add(',');
    writer.add(toText(buffer, byteOffset + at * size, Math.min(blockLength, count - at)));
  }
}

function aligned(raw: Buffer): Buffer {
  const copy = Buffer.from(new ArrayBuffer(raw.length));
  raw.copy(copy);
  return copy;
}

function writeTexts({ name, raw }: RawTensor, writer: JsonWriter): void {
  for (let offset = 0; offset + 4 <= raw.length;) {
    const end = offset + 4 + raw.readUInt32LE(offset);
    const text = raw.toString('utf8', offset + 4, end);
    // Bytes that are not UTF-8 are replaced by this character, which is valid itself.
    if (text.includes('\ufffd') && !isUtf8(raw.subarray(offset + 4, end))) {
      throw new ParetoError('invalid-argument', `output '${name}' has BYTES that are not UTF-8; ${binaryHint(name)}`);
    }
    if (offset > 0) writer.add(',');
    writer.add(JSON.stringify(text));
    offset = end;
  }
}
