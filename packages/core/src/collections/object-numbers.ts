// Numbers of objects, by which a log refers to them.

/** Gives objects numbers, in the order in which they are seen first. It keeps none of them. */
export class ObjectNumbers<T extends object> {
  readonly #known = new WeakMap<T, number>();
  #count = 0;

  /** Returns the number of an object. Undefined if it has none yet. */
  find(object: T): number | undefined {
    return this.#known.get(object);
  }
  /** Returns the number of an object. Calls `onNew` for one that has none yet. */
  of(object: T, onNew?: (number: number) => void): number {
    const known = this.#known.get(object);
    if (known !== undefined) return known;
    const number = this.#count++;
    this.#known.set(object, number);
    onNew?.(number);
    return number;
  }
}
