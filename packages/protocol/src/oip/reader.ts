// Reads the fields of a protobuf message without decoding the whole message, within the limits of a request.

import protobuf from 'protobufjs/minimal.js';
import type { ParetoError } from '@pareto/core';
import { limitError } from '../limits/limit-error.js';
import type { LimitName } from '../limits/limit-table.js';
import { defaultLimits } from '../limits/limits.js';

/** A reader that counts down the fields that it may still read. */
export type Reader = protobuf.Reader & { fieldsLeft: number; readonly onTooMany: () => ParetoError };

const tooManyFields = (): ParetoError =>
  tooMuch('fields', 'the message has too many fields: send fewer inputs and parameters');

export const createReader = (body: Buffer, maxFields: number, onTooMany: () => ParetoError = tooManyFields): Reader =>
  Object.assign(protobuf.Reader.create(body), { fieldsLeft: maxFields, onTooMany });

const { rank: maxRank, listItems: maxItems } = defaultLimits;

const tooMuch = (limit: LimitName, message: string): ParetoError => limitError(limit, 'invalid-argument', message);

/** Calls `field` for each field of a message. `field` must read the value, or return false to skip it. */
export function readFields(reader: Reader, end: number, field: (number: number, wireType: number) => boolean): void {
  while (reader.pos < end) {
    if (--reader.fieldsLeft < 0) throw reader.onTooMany();
    const tag = reader.uint32();
    if (!field(tag >>> 3, tag & 7)) reader.skipType(tag & 7);
  }
}

/** Reads a nested message in place. */
export function readNested(reader: Reader, field: (number: number, wireType: number) => boolean): void {
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new RangeError('a nested message extends beyond the end of the message');
  readFields(reader, end, field);
  checkEnd(reader, end);
}

/** Throws if a field of a nested message extended beyond its end. */
function checkEnd(reader: Reader, end: number): void {
  if (reader.pos > end) throw new RangeError('a field extends beyond the end of its message');
}

/** Returns a view of the next length-delimited value, without a copy. */
export const readView = (reader: Reader): Buffer => reader.bytes() as Buffer;

function readBounded(reader: Reader, what: string, limit: 'nameBytes' | 'metadataBytes' | 'smallMessageBytes'): string {
  const view = readView(reader);
  const maxBytes = defaultLimits[limit];
  if (view.length <= maxBytes) return view.toString('utf8');
  throw tooMuch(limit, `${what} has ${view.length} bytes: expected at most ${maxBytes}`);
}

/** Reads a name, a version or a datatype. `what` names it in errors. */
export const readName = (reader: Reader, what: string): string => readBounded(reader, what, 'nameBytes');

/** Reads the id of a query, which no error repeats. */
export const readId = (reader: Reader): string => readBounded(reader, 'id', 'smallMessageBytes');

/** Reads the text of a parameter. */
export const readText = (reader: Reader): string => readBounded(reader, 'the value of a parameter', 'metadataBytes');

/** Throws if a list, named by `what`, has no room for another item. */
export function checkRoom(what: string, { length }: { readonly length: number }): void {
  if (length >= maxItems) throw tooMuch('listItems', `the message has more than ${maxItems} ${what}: send fewer`);
}

/** Appends one field of a shape, packed or not, to `shape`. */
export function readShape(reader: Reader, wireType: number, shape: number[]): void {
  const one = (): void => {
    if (shape.length >= maxRank)
      throw tooMuch('rank', `a shape has more than ${maxRank} dimensions: send tensors of fewer`);
    shape.push(Number(reader.int64()));
  };
  if (wireType !== 2) return one();
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) one();
  checkEnd(reader, end);
}
