// Writes the fields of a protobuf message directly into memory that is used again for the next message.

import { copyBytes } from '@pareto/core';

const initialBytes = 1024;
const maxVarintBytes = 10;
/** Length up to which a text is copied character by character, which is faster than a call of Node. */
const maxShortText = 64;

export class MessageWriter {
  #bytes = Buffer.allocUnsafeSlow(initialBytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }
  /** Forgets a message that was not finished. */
  clear(): void {
    this.#length = 0;
  }
  tag(field: number, wireType: number): this {
    return this.varint(field * 8 + wireType);
  }
  /** Writes a non-negative safe integer. */
  varint(value: number): this {
    this.#reserve(maxVarintBytes);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
    return this;
  }
  /** Writes a 64-bit integer. */
  integer(value: bigint): this {
    this.#reserve(maxVarintBytes);
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.#bytes[this.#length++] = Number(rest & 127n) + 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
    return this;
  }
  double(value: number): this {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    return this;
  }
  text(field: number, value: string): this {
    this.tag(field, 2);
    if (value.length <= maxShortText && this.#ascii(value)) return this;
    const length = Buffer.byteLength(value);
    this.varint(length).#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
    return this;
  }
  bytes(field: number, value: Uint8Array): this {
    return this.tag(field, 2).varint(value.length).encoded(value);
  }
  /** Writes fields that were encoded before. */
  encoded(fields: Uint8Array): this {
    this.#reserve(fields.length);
    this.#bytes.set(fields, this.#length);
    this.#length += fields.length;
    return this;
  }
  /** Begins a nested message. Returns its start, for `close`. */
  open(field: number): number {
    this.tag(field, 2).varint(0);
    return this.#length;
  }
  /** Ends a nested message. */
  close(start: number): this {
    const length = this.#length - start;
    if (length > 127) {
      // The length needs more than the one byte before the message.
      const content = Buffer.from(this.#bytes.subarray(start, this.#length));
      this.#length = start - 1;
      this.varint(length).#reserve(length);
      this.#bytes.set(content, this.#length);
      this.#length += length;
    } else this.#bytes[start - 1] = length;
    return this;
  }
  /** Returns a copy of what was written, and starts the next message. */
  finish(): Buffer {
    const message = Buffer.allocUnsafe(this.#length);
    copyBytes(this.#bytes, 0, this.#length, message, 0);
    this.#length = 0;
    return message;
  }

  /** Writes a short text of ASCII. Returns false, and writes nothing, if it has other characters. */
  #ascii(value: string): boolean {
    const { length } = value;
    this.#reserve(length + 1);
    const start = this.#length + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 127) return false;
      this.#bytes[start + index] = code;
    }
    this.#bytes[this.#length] = length;
    this.#length = start + length;
    return true;
  }
  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.#length + count));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
