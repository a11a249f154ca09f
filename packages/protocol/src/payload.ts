// Encoded messages in slices, which are forwarded as they are.

export interface Payload {
  readonly length: number;
  /** The first bytes in one piece: as a rule, everything before the first tensor. */
  readonly head: Buffer;
  /** All bytes, in consecutive slices. The first ones may be those of `head`. */
  readonly slices: readonly Buffer[];
}

const empty = Buffer.alloc(0);

/** Returns a message of these slices, whose head is the first of them. */
export function payloadOf(given: Buffer | readonly Buffer[]): Payload {
  const slices = Buffer.isBuffer(given) ? [given] : given;
  let length = 0;
  for (const slice of slices) length += slice.length;
  return { length, head: slices[0] ?? empty, slices };
}

/** Returns the slices in one piece, copied only if there are several. */
export const joinSlices = (slices: readonly Buffer[]): Buffer =>
  slices.length < 2 ? (slices[0] ?? empty) : Buffer.concat(slices);

/** Returns views of the bytes in [start, end). */
export function sliceRange(slices: readonly Buffer[], start: number, end: number): readonly Buffer[] {
  const [only] = slices;
  if (only !== undefined && slices.length === 1) return start < end ? [only.subarray(start, end)] : [];
  return new SliceCursor(slices).slice(start, end);
}

/** Reads a message in slices from its start to its end, in one pass over the slices that it has. */
export class SliceCursor {
  readonly #slices: readonly Buffer[];
  #index = 0;
  /** Position of the first byte of the current slice. */
  #position = 0;

  constructor(slices: readonly Buffer[]) {
    this.#slices = slices;
  }

  /** Returns views of the bytes in [start, end). `start` must not be before the last `end`. */
  slice(start: number, end: number): readonly Buffer[] {
    const views: Buffer[] = [];
    for (let current = this.#current; current !== undefined; current = this.#current) {
      const from = Math.max(start - this.#position, 0);
      const to = Math.min(end - this.#position, current.length);
      if (from < to) views.push(current.subarray(from, to));
      // The next bytes may begin in this slice.
      if (to < current.length) break;
      this.#position += current.length;
      this.#index += 1;
    }
    return views;
  }

  /** Returns a view of the bytes from `start`, as for `slice`, to the end of their slice. Undefined after the last byte. */
  restAt(start: number): Buffer | undefined {
    this.slice(start, start);
    return this.#current?.subarray(start - this.#position);
  }

  get #current(): Buffer | undefined {
    return this.#slices[this.#index];
  }
}
