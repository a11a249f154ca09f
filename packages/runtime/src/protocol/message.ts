// Messages on the unix socket between the worker process and an executor process: a fixed head, a header, and the
// tensors, each aligned to 8 bytes.

import { decodeHeader, type Header } from './message-header.js';

/** Size of the head: the bytes after it, the bytes of the header, the id, and the code of the message's kind. */
export const headBytes = 16;
/** Maximum number of bytes after the head. */
export const maxBodyBytes: number = 2 ** 31 - 1;

/** Returns the number of bytes that align what follows to 8 bytes. */
export const paddingOf = (length: number): number => -length & 7;

export interface MessageHead {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** Number of the call. 0 if the message belongs to none. */
  readonly id: number;
  readonly code: number;
}

export function writeHead(into: Buffer, { bodyBytes, headerBytes, id, code }: MessageHead): void {
  into.writeUInt32LE(bodyBytes, 0);
  into.writeUInt32LE(headerBytes, 4);
  into.writeUInt32LE(id, 8);
  into.writeUInt32LE(code, 12);
}

export const readHead = (bytes: Buffer): MessageHead => ({
  bodyBytes: bytes.readUInt32LE(0),
  headerBytes: bytes.readUInt32LE(4),
  id: bytes.readUInt32LE(8),
  code: bytes.readUInt32LE(12),
});

export interface Message<H extends Header> {
  readonly id: number;
  readonly header: H;
  /** Consecutive slices of each tensor: views of the bytes that were received. */
  readonly tensors: readonly (readonly Buffer[])[];
}

/** Returns the message with this head and body. */
export function openMessage<H extends Header>(
  { headerBytes, id, code }: MessageHead,
  body: readonly Buffer[],
): Message<H> {
  const [first = Buffer.alloc(0), ...others] = cut(body, 0, headerBytes);
  const header = decodeHeader(code, others.length === 0 ? first : Buffer.concat([first, ...others])) as H;
  if (!('tensors' in header)) return { id, header, tensors: [] };
  let offset = headerBytes + paddingOf(headerBytes);
  const tensors = header.tensors.map(({ byteLength }) => {
    const slices = cut(body, offset, offset + byteLength);
    offset += byteLength + paddingOf(byteLength);
    return slices;
  });
  return { id, header, tensors };
}

/** Returns views of the bytes in [start, end). */
function cut(slices: readonly Buffer[], start: number, end: number): readonly Buffer[] {
  const [first] = slices;
  if (first !== undefined && end <= first.length) return [first.subarray(start, end)];
  const views: Buffer[] = [];
  let offset = 0;
  for (const slice of slices) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, slice.length);
    if (from < to) views.push(slice.subarray(from, to));
    offset += slice.length;
  }
  return views;
}
