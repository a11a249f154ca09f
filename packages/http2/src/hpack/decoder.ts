// Decodes header blocks (RFC 7541, Section 3).

import { ConnectionError, errorCodes } from '../http2-errors.js';
import { DynamicTable } from './dynamic-table.js';
import { HeaderList } from './header-list.js';
import { decodeHuffman } from './huffman.js';
import { entryOverhead } from './static-table.js';

/** Table size of both sides unless their settings change it. */
export const defaultTableBytes = 4096;

const none = Buffer.alloc(0);

/** Largest integer that a block may contain. Sizes and indices are far below. */
const maxInteger = 2 ** 28;

/** Number of blocks that a decoder keeps to recognise them. */
const cachedBlocks = 16;
/** Maximum size of such a block. Longer ones have texts of their own, and to hash them takes as long as to decode them. */
const maxCachedBytes = 256;

interface CachedBlock {
  hash: number;
  /** The bytes of the block. Undefined if the block was seen once. */
  bytes: Uint8Array | undefined;
  changes: number;
  list: HeaderList;
}

const compressionError = (message: string): ConnectionError =>
  new ConnectionError(errorCodes.compressionError, message);

/** A decoder of one direction of a connection. Every method throws a ConnectionError if the block is malformed. */
export class HpackDecoder {
  readonly #maxListBytes: number;
  readonly #table = new DynamicTable(defaultTableBytes);
  readonly #cache: CachedBlock[];
  /** Names and values of the last block. A new array that grows takes several times as much memory. */
  readonly #fields: string[] = [];
  #octets: Buffer = Buffer.alloc(256);
  #block: Buffer = none;
  #at = 0;
  #end = 0;

  /** `maxListBytes` is the maximum size of a decoded list, as HTTP/2 counts it. */
  constructor(maxListBytes: number) {
    const empty = new HeaderList([]);
    this.#maxListBytes = maxListBytes;
    this.#cache = Array.from({ length: cachedBlocks }, () => ({ hash: 0, bytes: undefined, changes: 0, list: empty }));
  }

  /**
   * Decodes the whole block in `block` from `from` to before `to`. Returns undefined if the list is too large. The decoder can
   * continue with the next block then.
   */
  decode(block: Buffer, from: number, to: number): HeaderList | undefined {
    if (to - from > maxCachedBytes) return this.#decode(block, from, to);
    let hash = to - from;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (block[at] ?? 0)) | 0;
    const slot = this.#cache[(hash ^ (hash >>> 16)) & (cachedBlocks - 1)];
    const isSeen = slot?.hash === hash && slot.changes === this.#table.changes;
    if (isSeen && slot.bytes !== undefined && isSame(slot.bytes, block, from, to)) return slot.list;
    const { changes } = this.#table;
    const list = this.#decode(block, from, to);
    if (list === undefined || slot === undefined || changes !== this.#table.changes) return list;
    // A block that does not change the table means the same until another one does. Copying it pays if it is repeated.
    slot.bytes = isSeen ? Uint8Array.prototype.slice.call(block, from, to) : undefined;
    slot.hash = hash;
    slot.changes = changes;
    slot.list = list;
    return list;
  }

  #decode(block: Buffer, from: number, to: number): HeaderList | undefined {
    this.#block = block;
    this.#at = from;
    this.#end = to;
    const list = this.#readFields();
    this.#block = none;
    return list;
  }

  #readFields(): HeaderList | undefined {
    const fields = this.#fields;
    let count = 0;
    let bytes = 0;
    while (this.#at < this.#end) {
      const first = this.#block[this.#at] ?? 0;
      if ((first & 0xe0) === 0x20) {
        if (bytes > 0) throw compressionError('a table size update follows a header field');
        this.#resize();
        continue;
      }
      let name: string;
      let value: string;
      if ((first & 0x80) !== 0) {
        const entry = this.#table.get(this.#integer(0x7f));
        if (entry === undefined) throw compressionError('a header field refers to an entry that does not exist');
        ({ name, value } = entry);
      } else {
        const isIndexed = (first & 0x40) !== 0;
        name = this.#name(this.#integer(isIndexed ? 0x3f : 0x0f));
        value = this.#string();
        if (isIndexed) this.#table.add(name, value);
      }
      bytes += name.length + value.length + entryOverhead;
      if (bytes > this.#maxListBytes) continue;
      fields[count++] = name;
      fields[count++] = value;
    }
    return bytes <= this.#maxListBytes ? new HeaderList(fields.slice(0, count)) : undefined;
  }

  #resize(): void {
    const bytes = this.#integer(0x1f);
    if (bytes > defaultTableBytes) throw compressionError(`a table size update exceeds ${defaultTableBytes} bytes`);
    this.#table.resize(bytes);
  }

  #name(index: number): string {
    if (index === 0) return this.#string();
    const entry = this.#table.get(index);
    if (entry === undefined) throw compressionError('a header name refers to an entry that does not exist');
    return entry.name;
  }

  /** Reads an integer whose first bits are the rest of the current byte (RFC 7541, Section 5.1). */
  #integer(prefix: number): number {
    let value = this.#byte() & prefix;
    if (value < prefix) return value;
    for (let shift = 0; ; shift += 7) {
      const octet = this.#byte();
      // Five bytes hold more than the largest integer, whether or not they are needed.
      value += (octet & 0x7f) * 2 ** shift;
      if (value > maxInteger || shift > 28) throw compressionError('an integer in a header block is too large');
      if (octet < 0x80) return value;
    }
  }

  #byte(): number {
    if (this.#at >= this.#end) throw compressionError('a header block ends in the middle of a field');
    return this.#block[this.#at++] ?? 0;
  }

  #string(): string {
    const isHuffman = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(0x7f);
    const from = this.#at;
    const to = from + length;
    if (to > this.#end) throw compressionError('a header block ends in the middle of a string');
    this.#at = to;
    if (!isHuffman) return this.#block.toString('latin1', from, to);
    if (this.#octets.length < length * 2) this.#octets = Buffer.alloc(length * 2);
    const octets = decodeHuffman(this.#block, from, to, this.#octets);
    if (octets < 0) throw compressionError('a string has an invalid Huffman code');
    return this.#octets.toString('latin1', 0, octets);
  }
}

function isSame(bytes: Uint8Array, block: Uint8Array, from: number, to: number): boolean {
  if (bytes.length !== to - from) return false;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== block[from + at]) return false;
  }
  return true;
}
