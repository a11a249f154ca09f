// Frames between the worker process and an executor process: a fixed head, the header of the message, and its tensors,
// each aligned to 8 bytes.

import { decodeHeader, type Message } from './message-header.js';

/** Head of a frame: the bytes after it, the bytes of the header, the id, and the code of the message's kind. */
export const headBytes = 16;
/** Maximum number of bytes after the head. */
export const maxBodyBytes: number = 2 ** 31 - 1;

/** Returns the number of bytes that align what follows to 8 bytes. */
export const paddingOf = (length: number): number => -length & 7;

export interface FrameHead {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** Number of the call. 0 if the message belongs to none. */
  readonly id: number;
  readonly code: number;
}

export function writeHead(into: Buffer, { bodyBytes, headerBytes, id, code }: FrameHead): void {
  into.writeUInt32LE(bodyBytes, 0);
  into.writeUInt32LE(headerBytes, 4);
  into.writeUInt32LE(id, 8);
  into.writeUInt32LE(code, 12);
}

export const readHead = (bytes: Buffer): FrameHead => ({
  bodyBytes: bytes.readUInt32LE(0),
  headerBytes: bytes.readUInt32LE(4),
  id: bytes.readUInt32LE(8),
  code: bytes.readUInt32LE(12),
});

export interface Frame<M extends Message> {
  readonly id: number;
  readonly message: M;
  /** Consecutive slices of each tensor: views of the bytes that were received. */
  readonly tensors: readonly (readonly Buffer[])[];
}

/** Returns the frame with this head and body. */
export function openFrame<M extends Message>({ headerBytes, id, code }: FrameHead, body: readonly Buffer[]): Frame<M> {
  const [header = Buffer.alloc(0), ...others] = cut(body, 0, headerBytes);
  const message = decodeHeader(code, others.length === 0 ? header : Buffer.concat([header, ...others])) as M;
  if (!('tensors' in message)) return { id, message, tensors: [] };
  let offset = headerBytes + paddingOf(headerBytes);
  const tensors = message.tensors.map(({ byteLength }) => {
    const slices = cut(body, offset, offset + byteLength);
    offset += byteLength + paddingOf(byteLength);
    return slices;
  });
  return { id, message, tensors };
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
