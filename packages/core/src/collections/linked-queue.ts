// A queue whose elements leave it from any position, in constant time and without garbage.

/** An element, which refers to its neighbours while it is in a queue. It can be in one queue at a time. */
export interface Linked<T> {
  previous: T | undefined;
  next: T | undefined;
}

export class LinkedQueue<T extends Linked<T>> {
  /** The element that was added before the others. Undefined if the queue is empty. */
  first: T | undefined;
  #last: T | undefined;

  add(element: T): void {
    element.previous = this.#last;
    if (this.#last === undefined) this.first = element;
    else this.#last.next = element;
    this.#last = element;
  }

  /** Removes an element, which must be in this queue. */
  remove(element: T): void {
    const { previous, next } = element;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    element.previous = element.next = undefined;
  }
}
