// A collection for what comes and goes with each query. A `Set` or `Map` outgrows its table after as many changes as it has
// room for, and each outgrown table refers to the next one. Once V8 has moved one of them to the old generation, it keeps all
// that the later ones held, until a major collection.

/** Elements with a slot each, by which they are removed. */
export class SlotList<T> {
  readonly #elements: (T | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#elements.length - this.#free.length;
  }

  /** Adds an element, and returns its slot. */
  add(element: T): number {
    const slot = this.#free.pop() ?? this.#elements.length;
    this.#elements[slot] = element;
    return slot;
  }

  /** Removes the element of a slot, which must not be empty. */
  remove(slot: number): void {
    this.#elements[slot] = undefined;
    this.#free.push(slot);
  }

  /** Returns the current elements, in no certain order. */
  all(): readonly T[] {
    return this.#elements.filter((element) => element !== undefined);
  }
}
