// Encodes header blocks (RFC 7541, Section 3). Strings have no Huffman code, which would be smaller and take longer.

import { defaultTableBytes } from './decoder.js';
import { DynamicTable } from './dynamic-table.js';
import type { HeaderList } from './header-list.js';
import { staticFieldIndex, staticNameIndex } from './static-table.js';

/** Number of lists of which an encoder keeps the block. */
const cachedLists = 64;

/** Bytes of a field besides its texts: two or three integers. */
const maxFieldOverhead = 16;

interface CachedList {
  readonly bytes: Uint8Array;
  readonly changes: number;
}

const none: readonly string[] = [];

/** An encoder of one direction of a connection. */
export class HpackEncoder {
  /** Contains the last block, before `length`. The next block overwrites it. */
  block: Buffer = Buffer.allocUnsafeSlow(256);
  length = 0;
  readonly #table = new DynamicTable(defaultTableBytes);
  readonly #cache = new Map<HeaderList, CachedList>();
  /** Table sizes to announce in the next block, the smallest one since the last block first. */
  #resizes: readonly number[] = [];

  /** Sets the table size that the peer allows. */
  setMaxTableBytes(bytes: number): void {
    const size = Math.min(bytes, defaultTableBytes);
    const smallest = Math.min(size, ...this.#resizes);
    if (size === this.#table.maxBytes) return;
    this.#resizes = smallest < size ? [smallest, size] : [size];
    this.#table.resize(size);
  }

  /**
   * Encodes the fields of `list`, which become part of the table, and then those of `extra` (names and values, alternating), of
   * which the first ones with a name do. A list that is repeated takes one byte for each field, and is encoded once.
   */
  encode(list: HeaderList, extra: readonly string[] = none): void {
    this.length = 0;
    if (this.#resizes.length > 0) this.#writeResizes();
    const cached = this.#cache.get(list);
    if (cached?.changes === this.#table.changes) this.#writeBytes(cached.bytes);
    else this.#encodeList(list);
    for (let at = 0; at < extra.length; at += 2) this.#writeField(extra[at] ?? '', extra[at + 1] ?? '', false);
  }

  #encodeList(list: HeaderList): void {
    const { changes } = this.#table;
    const from = this.length;
    // Lists that fill the table would evict each other's fields.
    const isIndexed = list.bytes <= this.#table.maxBytes / 2;
    const { fields } = list;
    for (let at = 0; at < fields.length; at += 2) this.#writeField(fields[at] ?? '', fields[at + 1] ?? '', isIndexed);
    if (changes !== this.#table.changes) return;
    if (this.#cache.size >= cachedLists) this.#cache.clear();
    this.#cache.set(list, { bytes: Uint8Array.prototype.slice.call(this.block, from, this.length), changes });
  }

  #writeField(name: string, value: string, isIndexed: boolean): void {
    this.#reserve(name.length + value.length + maxFieldOverhead);
    const index = staticFieldIndex(name, value) || this.#table.indexOf(name, value);
    if (index > 0) return this.#writeInteger(0x80, 0x7f, index);
    const nameIndex = staticNameIndex(name) || this.#table.indexOf(name);
    // Later fields refer to the name.
    const isAdded = isIndexed || (nameIndex === 0 && this.#table.hasRoom(name, value));
    if (isAdded) this.#writeInteger(0x40, 0x3f, nameIndex);
    else this.#writeInteger(0, 0x0f, nameIndex);
    if (nameIndex === 0) this.#writeString(name);
    this.#writeString(value);
    if (isAdded) this.#table.add(name, value);
  }

  #writeResizes(): void {
    this.#reserve(maxFieldOverhead);
    for (const size of this.#resizes) this.#writeInteger(0x20, 0x1f, size);
    this.#resizes = [];
  }

  #writeInteger(pattern: number, prefix: number, value: number): void {
    if (value < prefix) {
      this.block[this.length++] = pattern | value;
      return;
    }
    this.block[this.length++] = pattern | prefix;
    let rest = value - prefix;
    for (; rest >= 0x80; rest >>>= 7) this.block[this.length++] = (rest & 0x7f) | 0x80;
    this.block[this.length++] = rest;
  }

  #writeString(text: string): void {
    this.#writeInteger(0, 0x7f, text.length);
    this.length += this.block.write(text, this.length, 'latin1');
  }

  #writeBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.block.set(bytes, this.length);
    this.length += bytes.length;
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.block.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.length + bytes));
    larger.set(this.block.subarray(0, this.length));
    this.block = larger;
  }
}
