// The head of a gRPC message in the data of a call.

import { joinSlices, sliceRange, type Payload } from '@pareto/protocol';

/** Length of the head: a flag, and the length of the message in four bytes. */
export const headBytes = 5;

/** Returns the head of an uncompressed message. */
export function messageHead(length: number): Buffer {
  const head = Buffer.allocUnsafe(headBytes);
  head[0] = 0;
  head.writeUInt32BE(length, 1);
  return head;
}

/** Returns the first bytes of data: at least those of its head, unless there are fewer. */
export const headOf = ({ head, slices }: Payload): Buffer =>
  head.length < headBytes ? joinSlices(sliceRange(slices, 0, headBytes)) : head;
