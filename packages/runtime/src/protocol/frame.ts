// Frames between the worker process and an executor process: two lengths, a JSON header, and the tensors, each aligned to
// 8 bytes.

import { ParetoError } from '@pareto/core';
import type { BufferPool } from './buffer-pool.js';

const prefixBytes = 8;
const maxBodyBytes = 2 ** 31 - 1;
/** Size below which copying a frame and writing it once is cheaper than a gathering write. */
const copyBelow = 32 * 1024;

const padding = (length: number): number => -length & 7;
const paddings: readonly Buffer[] = Array.from({ length: 8 }, (_, length) => Buffer.alloc(length));

const lengthOf = (slices: readonly Uint8Array[]): number => {
  let length = 0;
  for (const slice of slices) length += slice.length;
  return length;
};

/**
 * Returns the chunks of one frame, in order. The slices of a tensor follow each other without a gap, and are copied
 * only if the whole frame is small. Throws `resource-exhausted` if the frame is too large.
 */
export function encodeFrame(header: object, tensors: readonly (readonly Uint8Array[])[] = []): readonly Uint8Array[] {
  const json = JSON.stringify(header);
  const jsonBytes = Buffer.byteLength(json);
  const headBytes = prefixBytes + jsonBytes + padding(jsonBytes);
  let frameBytes = headBytes;
  for (const slices of tensors) {
    const length = lengthOf(slices);
    frameBytes += length + padding(length);
  }
  const bodyBytes = frameBytes - prefixBytes;
  if (bodyBytes > maxBodyBytes) {
    throw new ParetoError(
      'resource-exhausted',
      `a batch of ${bodyBytes} bytes exceeds the limit of ${maxBodyBytes} bytes; send smaller requests`,
    );
  }
  const isCopied = frameBytes < copyBelow;
  const head = Buffer.allocUnsafe(isCopied ? frameBytes : headBytes);
  head.writeUInt32LE(bodyBytes, 0);
  head.writeUInt32LE(jsonBytes, 4);
  head.write(json, prefixBytes);
  head.fill(0, prefixBytes + jsonBytes, headBytes);
  const chunks: Uint8Array[] = [head];
  let at = headBytes;
  const add = (slice: Uint8Array): void => {
    if (isCopied) head.set(slice, at);
    else if (slice.length > 0) chunks.push(slice);
    at += slice.length;
  };
  for (const slices of tensors) {
    for (const slice of slices) add(slice);
    const gap = paddings[padding(at)];
    if (gap !== undefined) add(gap);
  }
  return chunks;
}

interface FrameHeader {
  readonly tensors?: readonly { readonly byteLength: number }[];
}

export interface Frame {
  readonly header: unknown;
  /** Views of the body. */
  readonly tensors: readonly Buffer[];
  readonly body: Buffer;
}

function openFrame(body: Buffer, headerBytes: number): Frame {
  const header = JSON.parse(body.toString('utf8', 0, headerBytes)) as FrameHeader;
  let offset = headerBytes + padding(headerBytes);
  const tensors = (header.tensors ?? []).map(({ byteLength }) => {
    const tensor = body.subarray(offset, offset + byteLength);
    offset += byteLength + padding(byteLength);
    return tensor;
  });
  return { header, tensors, body };
}

export interface FrameReader {
  /** Reads the next bytes of the stream. */
  read(chunk: Buffer): void;
  /** The missing part of the body that is being read, to be filled by the stream itself. Undefined between bodies. */
  readonly missing: Buffer | undefined;
  /** Records that the stream has filled the first bytes of `missing`. */
  filled(bytes: number): void;
}

/**
 * Creates a reader that splits a stream of bytes into frames. With a pool, it takes the bodies from there, and aligns
 * each tensor to 8 bytes. Without one, a body that arrives in one chunk is a view of it.
 */
export function createFrameReader(onFrame: (frame: Frame) => void, pool?: BufferPool): FrameReader {
  const prefix = Buffer.alloc(prefixBytes);
  let target: Buffer = prefix;
  let at = 0;

  function filled(bytes: number): void {
    at += bytes;
    if (at < target.length) return;
    const body = target;
    target = prefix;
    at = 0;
    onFrame(openFrame(body, prefix.readUInt32LE(4)));
  }

  return {
    filled,
    get missing() {
      return target === prefix ? undefined : target.subarray(at);
    },
    read(chunk) {
      for (let from = 0; from < chunk.length;) {
        const copied = chunk.copy(target, at, from);
        from += copied;
        if (target !== prefix) filled(copied);
        else if ((at += copied) === prefixBytes) {
          const bodyBytes = prefix.readUInt32LE(0);
          const isView = pool === undefined && bodyBytes <= chunk.length - from;
          target = isView ? chunk.subarray(from, from + bodyBytes) : takeBuffer(bodyBytes, pool);
          at = 0;
          if (!isView) continue;
          from += bodyBytes;
          filled(bodyBytes);
        }
      }
    },
  };
}

const takeBuffer = (bytes: number, pool: BufferPool | undefined): Buffer =>
  pool === undefined ? Buffer.allocUnsafe(bytes) : pool.take(bytes);
