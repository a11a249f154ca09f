// Recognises requests that begin like earlier ones: clients often repeat everything before the tensors except the id.

/** Largest head that is kept, without its id. */
const maxHeadBytes = 2_048;
/** Number of heads that are kept, each in a slot by its hash. */
const slotCount = 64;

/** Tags of `id` and `raw_input_contents`. */
const idTag = 0x1a;
export const rawTag = 0x3a;

interface Slot<T> {
  hash: number;
  /** Bytes of the head without the id. Undefined if they were seen once. */
  bytes: Uint8Array | undefined;
  value: T | undefined;
}

/** Values by the heads of ModelInferRequests. Equal heads have equal fields, so their fields are read once. */
export class RepeatedHeads<T> {
  /** End of the head that `find` has read. 0 if it cannot be kept. */
  end = 0;
  /** Position of the id, with its tag, in that head. Both are 0 if it has none. */
  idStart = 0;
  idEnd = 0;
  #hash = 0;
  readonly #slots: readonly Slot<T>[] = Array.from({ length: slotCount }, () => ({
    hash: 0,
    bytes: undefined,
    value: undefined,
  }));

  /** Returns the value of an equal head. `message` begins with a whole request, or with a head and the tag of a tensor. */
  find(message: Buffer, isWhole: boolean): T | undefined {
    this.end = this.#read(message, isWhole);
    const slot = this.#slot();
    if (this.end === 0 || slot?.hash !== this.#hash || slot.bytes === undefined) return undefined;
    return this.#isSame(slot.bytes, message) ? slot.value : undefined;
  }

  /** Keeps the value of the head that `find` has read in `message`, if it was there before. Most others are never repeated. */
  add(message: Buffer, value: T): void {
    const slot = this.#slot();
    if (this.end === 0 || slot === undefined) return;
    const isSeen = slot.hash === this.#hash;
    slot.hash = this.#hash;
    slot.value = isSeen ? value : undefined;
    slot.bytes = isSeen ? this.#copy(message) : undefined;
  }

  /** Returns the end of the head, and finds its id and its hash. Returns 0 if it is too long or in no usual form. */
  #read(message: Buffer, isWhole: boolean): number {
    let hash = 0;
    this.idStart = this.idEnd = 0;
    for (let at = 0; ;) {
      const tag = message[at];
      if (tag === undefined ? isWhole : tag === rawTag) {
        this.#hash = hash;
        return at;
      }
      // The other fields of a head have a length, and tags of one byte.
      if (tag === undefined || (tag & 0x87) !== 2) return 0;
      const first = message[at + 1] ?? 0;
      const second = message[at + 2] ?? 0;
      if (first > 127 && second > 127) return 0;
      const end = first > 127 ? at + 3 + (first & 127) + second * 128 : at + 2 + first;
      if (end > maxHeadBytes || end > message.length) return 0;
      if (tag === idTag) {
        if (this.idEnd > 0) return 0;
        this.idStart = at;
        this.idEnd = end;
      } else for (let index = at; index < end; index++) hash = (Math.imul(hash, 31) + (message[index] ?? 0)) | 0;
      at = end;
    }
  }

  #slot(): Slot<T> | undefined {
    return this.#slots[(this.#hash ^ (this.#hash >>> 16)) & (slotCount - 1)];
  }

  #isSame(bytes: Uint8Array, message: Buffer): boolean {
    const { idStart, idEnd, end } = this;
    if (bytes.length !== end - (idEnd - idStart)) return false;
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] !== message[at < idStart ? at : at + idEnd - idStart]) return false;
    }
    return true;
  }

  #copy(message: Buffer): Uint8Array {
    const { idStart, idEnd, end } = this;
    const bytes = new Uint8Array(end - (idEnd - idStart));
    bytes.set(message.subarray(0, idStart));
    bytes.set(message.subarray(idEnd, end), idStart);
    return bytes;
  }
}
