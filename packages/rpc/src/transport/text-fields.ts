// Texts by name, such as the metadata or the trailers of a call.

/**
 * Texts in the order in which their names were added. For the few that a call has, it takes a fraction of the memory and of
 * the time of a Map.
 */
export class TextFields implements ReadonlyMap<string, string> {
  /** Names and values, alternating. */
  readonly fields: string[] = [];

  get size(): number {
    return this.fields.length / 2;
  }
  get(name: string): string | undefined {
    const at = this.#positionOf(name);
    return at < 0 ? undefined : this.fields[at + 1];
  }
  has(name: string): boolean {
    return this.#positionOf(name) >= 0;
  }
  set(name: string, value: string): this {
    const at = this.#positionOf(name);
    if (at < 0) this.fields.push(name, value);
    else this.fields[at + 1] = value;
    return this;
  }
  forEach(visit: (value: string, name: string, all: ReadonlyMap<string, string>) => void): void {
    const { fields } = this;
    for (let at = 0; at < fields.length; at += 2) visit(fields[at + 1] ?? '', fields[at] ?? '', this);
  }
  entries(): MapIterator<[string, string]> {
    return this.#toMap().entries();
  }
  keys(): MapIterator<string> {
    return this.#toMap().keys();
  }
  values(): MapIterator<string> {
    return this.#toMap().values();
  }
  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }

  #positionOf(name: string): number {
    const { fields } = this;
    for (let at = 0; at < fields.length; at += 2) if (fields[at] === name) return at;
    return -1;
  }
  #toMap(): Map<string, string> {
    const map = new Map<string, string>();
    this.forEach((value, name) => map.set(name, value));
    return map;
  }
}
