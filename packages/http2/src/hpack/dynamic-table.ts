// The dynamic table of an encoder or a decoder of HPACK (RFC 7541, Section 2.3.2).

import { createEntry, staticLength, staticTable, type TableEntry } from './static-table.js';

export class DynamicTable {
  /** Number of changes so far. Blocks that refer to the table mean the same as long as this stays the same. */
  changes = 0;
  maxBytes: number;
  #bytes = 0;
  /** Oldest first. */
  readonly #entries: TableEntry[] = [];

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Returns the entry of an index of the static and the dynamic table. Undefined if there is none. */
  get(index: number): TableEntry | undefined {
    if (index < staticLength) return index === 0 ? undefined : staticTable[index];
    return this.#entries[this.#entries.length - 1 - (index - staticLength)];
  }

  /** Returns whether an entry can be added without evicting others from the first half of the table. */
  hasRoom(name: string, value: string): boolean {
    return this.#bytes + createEntry(name, value).size <= this.maxBytes / 2;
  }

  /** Adds an entry, and evicts the oldest ones that exceed the size. An entry over the size empties the table. */
  add(name: string, value: string): void {
    const entry = createEntry(name, value);
    this.changes++;
    this.#bytes += entry.size;
    this.#entries.push(entry);
    this.#evict();
  }

  resize(maxBytes: number): void {
    this.changes++;
    this.maxBytes = maxBytes;
    this.#evict();
  }

  /** Returns the index of a field with this name, and this value unless undefined. 0 if it is not in the dynamic table. */
  indexOf(name: string, value?: string): number {
    for (let at = this.#entries.length - 1; at >= 0; at--) {
      const entry = this.#entries[at];
      if (entry?.name === name && (value === undefined || entry.value === value))
        return staticLength + this.#entries.length - 1 - at;
    }
    return 0;
  }

  #evict(): void {
    while (this.#bytes > this.maxBytes) this.#bytes -= this.#entries.shift()?.size ?? this.#bytes;
  }
}
