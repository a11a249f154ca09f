// Reads the fields of a protobuf message without decoding the whole message.

import type protobuf from 'protobufjs/minimal.js';

type Reader = protobuf.Reader;

/** Calls `field` for each field of a message. `field` must read the value, or return false to skip it. */
export function readFields(reader: Reader, end: number, field: (number: number, wireType: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!field(tag >>> 3, tag & 7)) reader.skipType(tag & 7);
  }
}

/** Reads a nested message in place. */
export function readNested(reader: Reader, field: (number: number, wireType: number) => boolean): void {
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new RangeError('a nested message extends beyond the end of the message');
  readFields(reader, end, field);
}

/** Returns a view of the next length-delimited value, without a copy. */
export const readView = (reader: Reader): Buffer => reader.bytes() as Buffer;

/** Appends one field of a shape, packed or not, to `shape`. */
export function readShape(reader: Reader, wireType: number, shape: number[]): void {
  const one = (): void => void shape.push(Number(reader.int64()));
  if (wireType !== 2) return one();
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) one();
}
