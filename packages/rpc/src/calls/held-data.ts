// Holds the data of a call in memory that its call is charged for. Data arrives in blocks from the socket, and a small part of
// a block would hold all of it. Small parts are therefore copied together, and other parts are charged with their blocks.

import { copyBytes } from '@pareto/core';

/** Size from which a part may be kept in its block. */
const minKeptBytes = 2048;
/** Size of the blocks that a call may keep even if it has small parts of them. */
const anyBlockBytes = 512 * 1024;
/** Sizes of the memory for parts of a message that are copied. It grows with the message. */
const minCopyBytes = 256;
const maxCopyBytes = 64 * 1024;
/** Cost of the object for one piece of memory. */
const pieceBytes = 128;

const none = Buffer.alloc(0);

export class HeldData {
  /** Block of the last part that was kept. */
  #block: ArrayBufferLike | undefined;
  #blockBytes = 0;
  #keptBytes = 0;
  /** Parts that were copied. Those from `#from` to before `#at` were not taken yet. */
  #copies: Buffer = none;
  #from = 0;
  #at = 0;

  /**
   * Returns whether a part of a message of which `missing` bytes follow may be kept in its block. Small messages must not keep
   * large blocks, and the blocks of large messages may have up to twice the bytes of their parts. The part may be followed by
   * others in its block.
   */
  mayKeep({ buffer, byteOffset, length }: Buffer, missing: number): boolean {
    if (length < minKeptBytes) return false;
    if (buffer === this.#block) return true;
    const { byteLength } = buffer;
    const bytes = this.#blockBytes + byteLength;
    if (4 * (this.#keptBytes + length + missing) < byteLength) return false;
    return bytes <= anyBlockBytes || bytes <= 2 * (this.#keptBytes + byteLength - byteOffset);
  }

  /** Keeps a part in its block. Returns the number of bytes that are held in addition. */
  keep({ buffer, length }: Buffer): number {
    this.#keptBytes += length;
    if (buffer === this.#block) return pieceBytes;
    this.#block = buffer;
    this.#blockBytes += buffer.byteLength;
    return pieceBytes + buffer.byteLength;
  }

  get hasCopies(): boolean {
    return this.#at > this.#from;
  }

  hasRoom(bytes: number): boolean {
    return this.#at + bytes <= this.#copies.length;
  }

  /**
   * Copies a part of a message of which `missing` bytes follow. Returns the number of bytes that are held in addition. The
   * copies before must have been taken unless there is room.
   */
  copy(data: Buffer, missing: number): number {
    let added = this.hasCopies ? 0 : pieceBytes;
    if (!this.hasRoom(data.length)) {
      this.#copies = this.#allocate(data.length, missing);
      this.#from = this.#at = 0;
      added += this.#copies.length;
    }
    copyBytes(data, 0, data.length, this.#copies, this.#at);
    this.#at += data.length;
    return added;
  }

  #allocate(bytes: number, missing: number): Buffer {
    // A message in one part is copied into memory that it shares with others, which takes a fifth of the time.
    if (missing === 0 && this.#copies === none) return Buffer.allocUnsafe(bytes);
    const size = Math.min(maxCopyBytes, Math.max(minCopyBytes, 2 * this.#copies.length));
    return Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(size, bytes + missing)));
  }

  /** Returns the copies since the last call, in one piece. */
  takeCopies(): Buffer {
    const [from, to] = [this.#from, this.#at];
    this.#from = to;
    return from === 0 && to === this.#copies.length ? this.#copies : this.#copies.subarray(from, to);
  }
}
