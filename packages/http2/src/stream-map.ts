// The open streams of a connection by id, without the garbage of a `Map` (see `SlotList`).

const minSlots = 16;

/** A hash table with open addressing. Ids are mostly consecutive odd numbers, so that each one has its slot. */
export class StreamMap<S extends { readonly id: number }> {
  #slots: (S | undefined)[] = emptySlots(minSlots);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): S | undefined {
    return this.#slots[this.#slotOf(id)];
  }

  /** Adds a stream whose id is not in the map. */
  add(stream: S): void {
    if (2 * this.#size >= this.#slots.length) this.#grow();
    this.#slots[this.#slotOf(stream.id)] = stream;
    this.#size++;
  }

  /** Removes a stream. Does nothing if there is none with this id. */
  delete(id: number): void {
    const slots = this.#slots;
    let free = this.#slotOf(id);
    if (slots[free] === undefined) return;
    this.#size--;
    // Moves each later stream that was not in its own slot because the free one was taken.
    for (let at = this.#after(free); ; at = this.#after(at)) {
      const stream = slots[at];
      if (stream === undefined) break;
      if (!this.#isBetween(this.#ownSlot(stream.id), free, at)) [slots[free], free] = [stream, at];
    }
    slots[free] = undefined;
  }

  /** Returns the current streams, in no certain order. */
  all(): readonly S[] {
    return this.#slots.filter((stream) => stream !== undefined);
  }

  #ownSlot(id: number): number {
    return (id >> 1) & (this.#slots.length - 1);
  }

  #after(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  /** Whether a slot comes after `from`, and not after `to`, around the end of the table. */
  #isBetween(slot: number, from: number, to: number): boolean {
    return from <= to ? from < slot && slot <= to : from < slot || slot <= to;
  }

  /** Returns the slot of an id, or the empty one in which it belongs. */
  #slotOf(id: number): number {
    const slots = this.#slots;
    let slot = this.#ownSlot(id);
    for (let stream = slots[slot]; stream !== undefined && stream.id !== id; stream = slots[slot])
      slot = this.#after(slot);
    return slot;
  }

  #grow(): void {
    const streams = this.all();
    this.#slots = emptySlots(2 * this.#slots.length);
    for (const stream of streams) this.#slots[this.#slotOf(stream.id)] = stream;
  }
}

/** `length` must be a power of two. */
const emptySlots = <S>(length: number): (S | undefined)[] => Array.from({ length }, () => undefined);
