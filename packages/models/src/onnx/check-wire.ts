// Checks the encoding of an ONNX message before it is decoded: what another protobuf parser would read differently, and
// what would take too much memory.

import { isUtf8 } from 'node:buffer';
import { ParetoError } from '@pareto/core';
import protobuf from 'protobufjs';

/** Limit of nested messages, as in the parser of ONNX Runtime. A nested graph takes three levels. */
const maxDepth = 100;
/** Limit of messages, texts and groups of 64-bit integers. A message takes up to about 750 bytes when decoded. */
const maxParts = 1_000_000;
/** Integers in a group. Each takes about 255 bytes while a graph is decoded and encoded again. */
const integersPerPart = 3;

const [varint, fixed64, delimited, fixed32] = [0, 1, 2, 5] as const;
const wireTypes: Readonly<Record<string, number>> = {
  ...{ int32: varint, int64: varint, uint64: varint, float: fixed32, string: delimited, bytes: delimited },
};

interface WireField {
  readonly name: string;
  readonly wireType: number;
  /** Set if several numbers can be in one field of bytes. */
  readonly isPackable: boolean;
  readonly isText: boolean;
  /** Set if each element is decoded as an object. */
  readonly isWide: boolean;
  readonly message: protobuf.Type | undefined;
  /** Bit of a field that may occur once, which the members of a oneof share. 0 for a list. */
  readonly bit: number;
}

/** A position in the content, and the number of parts before it. */
interface Cursor {
  readonly content: Uint8Array;
  at: number;
  parts: number;
}

/**
 * Throws `invalid-argument` if a field that may occur once occurs twice (parsers merge it or use the last one), if a
 * text is not UTF-8, a field has another type than ONNX defines, or if messages are nested too deeply or are too many.
 * Throws a `RangeError` if the content is not a whole message.
 */
export function checkWire(type: protobuf.Type, content: Uint8Array): void {
  checkMessage({ content, at: 0, parts: 0 }, type, content.byteLength, 1);
}

function checkMessage(cursor: Cursor, type: protobuf.Type, end: number, depth: number): void {
  if (depth > maxDepth)
    throw invalid(`its graphs or types are nested too deeply: expected at most ${maxDepth} messages`);
  countParts(cursor, 1);
  const fields = fieldsOf(type);
  let seen = 0;
  while (cursor.at < end) {
    const tag = readVarint(cursor, end);
    const [number, wireType] = [Math.floor(tag / 8), tag % 8];
    if (number === 0) throw new RangeError('a field has the number 0');
    const field = fields.get(number);
    if (field !== undefined) {
      if ((seen & field.bit) !== 0)
        throw invalid(`${field.name} of ${type.name} occurs more than once, and readers would use different ones`);
      seen |= field.bit;
    }
    checkField(cursor, { type, field, wireType }, end, depth);
  }
}

interface FoundField {
  readonly type: protobuf.Type;
  /** The definition, or undefined if ONNX has none. */
  readonly field: WireField | undefined;
  readonly wireType: number;
}

/** Checks the content of a field, and moves the cursor to its end. */
function checkField(cursor: Cursor, { type, field, wireType }: FoundField, end: number, depth: number): void {
  const isPacked = wireType === delimited && field?.isPackable === true;
  if (field !== undefined && wireType !== field.wireType && !isPacked)
    throw invalid(`${field.name} of ${type.name} has wire type ${wireType}, expected ${field.wireType}`);
  const from = cursor.at;
  if (wireType === varint) skipVarint(cursor, end);
  else if (wireType === fixed32 || wireType === fixed64) skip(cursor, wireType === fixed32 ? 4 : 8, end);
  else if (wireType === delimited) checkDelimited(cursor, { type, field, wireType }, end, depth);
  else throw new RangeError(`a field has the wire type ${wireType}`);
  if (isPacked) checkPacked(cursor, field, cursor.content.subarray(from, cursor.at));
  else if (field?.isWide === true) countParts(cursor, 1 / integersPerPart);
}

function checkDelimited(cursor: Cursor, { type, field }: FoundField, end: number, depth: number): void {
  const length = readVarint(cursor, end);
  const start = cursor.at;
  if (length > end - start) throw new RangeError('a field is cut short');
  if (field?.message !== undefined) return checkMessage(cursor, field.message, start + length, depth + 1);
  cursor.at = start + length;
  if (field?.isText !== true) return;
  countParts(cursor, 1);
  if (!isUtf8(cursor.content.subarray(start, cursor.at))) throw invalid(`${field.name} of ${type.name} is not UTF-8`);
}

/** Checks numbers in one field. `packed` starts with its length, which is a number too. */
function checkPacked(cursor: Cursor, { wireType, isWide }: WireField, packed: Uint8Array): void {
  if (wireType === varint && (packed.at(-1) ?? 0) >= 0x80) throw new RangeError('a number is cut short');
  if (isWide) countParts(cursor, varintsIn(packed) / integersPerPart);
}

function countParts(cursor: Cursor, count: number): void {
  cursor.parts += count;
  if (cursor.parts > maxParts)
    throw invalid(
      `it has more than ${maxParts} messages, texts and 64-bit integers (${integersPerPart} integers count as one): store integers as raw data, or split it`,
    );
}

const invalid = (why: string): ParetoError =>
  new ParetoError('invalid-argument', `it is not a valid ONNX model: ${why}`);

/** Reads a tag or a length, which have at most 5 bytes. */
function readVarint(cursor: Cursor, end: number): number {
  let value = 0;
  for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
    const byte = cursor.content[cursor.at++] ?? 0;
    if (cursor.at > end) break;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a tag or a length is cut short or too long');
}

function skipVarint(cursor: Cursor, end: number): void {
  for (let length = 1; length <= 10; length++) {
    const byte = cursor.content[cursor.at++] ?? 0;
    if (cursor.at > end) break;
    if (byte < 0x80) return;
  }
  throw new RangeError('a number is cut short or too long');
}

function skip(cursor: Cursor, length: number, end: number): void {
  cursor.at += length;
  if (cursor.at > end) throw new RangeError('a number is cut short');
}

/** Counts the packed numbers: the bytes that end one. */
function varintsIn(packed: Uint8Array): number {
  let count = 0;
  for (const byte of packed) if (byte < 0x80) count++;
  return count;
}

const tables = new Map<protobuf.Type, ReadonlyMap<number, WireField>>();

function fieldsOf(type: protobuf.Type): ReadonlyMap<number, WireField> {
  const known = tables.get(type);
  if (known !== undefined) return known;
  const table = new Map(type.fieldsArray.map((field) => [field.id, wireField(field)]));
  tables.set(type, table);
  return table;
}

function wireField({ name, type, id, repeated, partOf, resolvedType }: protobuf.Field): WireField {
  const message = resolvedType instanceof protobuf.Type ? resolvedType : undefined;
  const wireType = wireTypes[type] ?? delimited;
  const ids = partOf === null ? [id] : partOf.fieldsArray.map((member) => member.id);
  return {
    ...{ name, wireType, message, isPackable: repeated && wireType !== delimited, isText: type === 'string' },
    ...{ isWide: type.endsWith('64') && repeated, bit: repeated ? 0 : 1 << Math.min(...ids) },
  };
}
