// Writes messages to a stream, with few chunks and few copies.

import type { Writable } from 'node:stream';
import { ParetoError } from '@pareto/core';
import { headBytes, maxBodyBytes, paddingOf, writeHead } from './message.js';
import { codeOf, encodeHeader, type Header } from './message-header.js';

type Slices = readonly Uint8Array[];

export interface MessageWriter {
  /** Writes a message with the slices of its tensors. Throws `resource-exhausted` if it is too large. */
  write(id: number, header: Header, tensors?: readonly Slices[]): void;
}

/** Size of a slice up to which copying it next to the others is cheaper than a chunk of its own. */
const copiedUpTo = 2 * 1024;
const [minScratchBytes, maxScratchBytes] = [4 * 1024, 64 * 1024];
const zeros = Buffer.alloc(8);

/** Creates a writer. It copies small slices into a buffer, which it uses again once the stream has written it. */
export function createMessageWriter(stream: Writable): MessageWriter {
  let scratch: Buffer = Buffer.alloc(0);
  return {
    write(id, header, tensors = []) {
      const encoded = encodeHeader(header);
      const { bodyBytes, copiedBytes } = sizesOf(encoded, tensors);
      if (scratch.length < Math.min(copiedBytes, maxScratchBytes)) scratch = createScratch(copiedBytes);
      writeHead(scratch, { bodyBytes, headerBytes: encoded.length, id, code: codeOf(header) });
      const chunks = new ChunkList(scratch, headBytes);
      // The next header is written into the same memory.
      chunks.add([encoded.length > copiedUpTo ? Buffer.from(encoded) : encoded]);
      for (const slices of tensors) chunks.add(slices);
      writeAll(stream, chunks.finish());
      // Until the stream has written everything, it needs the buffer.
      if (stream.writableLength > 0) scratch = Buffer.alloc(0);
    },
  };
}

const createScratch = (bytes: number): Buffer =>
  Buffer.allocUnsafeSlow(Math.min(maxScratchBytes, Math.max(minScratchBytes, 2 ** Math.ceil(Math.log2(bytes)))));

/** Returns the size of the body, and that of what is copied, including the head. */
function sizesOf(
  header: Buffer,
  tensors: readonly Slices[],
): { readonly bodyBytes: number; readonly copiedBytes: number } {
  let bodyBytes = header.length + paddingOf(header.length);
  let referencedBytes = header.length > copiedUpTo ? header.length : 0;
  for (const slices of tensors) {
    let length = 0;
    for (const slice of slices) {
      length += slice.length;
      if (slice.length > copiedUpTo) referencedBytes += slice.length;
    }
    bodyBytes += length + paddingOf(length);
  }
  if (bodyBytes > maxBodyBytes) {
    throw new ParetoError(
      'resource-exhausted',
      `a batch of ${bodyBytes} bytes exceeds the limit of ${maxBodyBytes} bytes; send smaller requests`,
    );
  }
  return { bodyBytes, copiedBytes: headBytes + bodyBytes - referencedBytes };
}

/** The chunks of a message: parts of a buffer with what is copied, and references to large slices. */
class ChunkList {
  readonly #chunks: Uint8Array[] = [];
  readonly #scratch: Buffer;
  /** Start of the part of the buffer that is not in the list yet. */
  #start = 0;
  #at: number;

  constructor(scratch: Buffer, at: number) {
    this.#scratch = scratch;
    this.#at = at;
  }
  /** Adds slices, and aligns what follows to 8 bytes. */
  add(slices: Slices): void {
    let length = 0;
    for (const slice of slices) {
      this.#addSlice(slice);
      length += slice.length;
    }
    const padding = paddingOf(length);
    if (padding > 0) this.#addSlice(zeros.subarray(0, padding));
  }
  finish(): readonly Uint8Array[] {
    this.#cut();
    return this.#chunks;
  }
  #addSlice(slice: Uint8Array): void {
    const { length } = slice;
    if (length > copiedUpTo || length > this.#scratch.length - this.#at) {
      this.#cut();
      this.#chunks.push(slice);
    } else {
      this.#scratch.set(slice, this.#at);
      this.#at += length;
    }
  }
  #cut(): void {
    if (this.#at > this.#start) this.#chunks.push(this.#scratch.subarray(this.#start, this.#at));
    this.#start = this.#at;
  }
}

function writeAll(stream: Writable, chunks: readonly Uint8Array[]): void {
  const [first] = chunks;
  if (chunks.length === 1) return void stream.write(first);
  stream.cork();
  for (const chunk of chunks) stream.write(chunk);
  stream.uncork();
}
