// The head of a gRPC message in the data of a call.

/** Length of the head: a flag, and the length of the message in four bytes. */
export const headBytes = 5;

/** Returns the head of an uncompressed message. */
export function messageHead(length: number): Buffer {
  const head = Buffer.allocUnsafe(headBytes);
  head[0] = 0;
  head.writeUInt32BE(length, 1);
  return head;
}
