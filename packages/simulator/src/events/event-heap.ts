// Events at any times: a heap with four children, whose levels are half as many as those of a binary one.

import type { Action, Events } from './events.js';

const children = 4;

export class EventHeap implements Events {
  readonly #times: number[] = [];
  readonly #sequences: number[] = [];
  readonly #runs: Action[] = [];

  get length(): number {
    return this.#times.length;
  }
  get nextAt(): number {
    return this.#times[0] ?? Infinity;
  }
  get nextSequence(): number {
    return this.#sequences[0] ?? Infinity;
  }

  push(at: number, sequence: number, run: Action): void {
    let index = this.length;
    while (index > 0) {
      const parent = Math.floor((index - 1) / children);
      if (!this.#isBefore(at, sequence, parent)) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#set(index, at, sequence, run);
  }

  take(): Action {
    const [next] = this.#runs;
    const [at, sequence, run] = [this.#times.pop(), this.#sequences.pop(), this.#runs.pop()];
    if (next === undefined || at === undefined || sequence === undefined || run === undefined)
      throw new Error('there is no event');
    if (this.length > 0) this.#sink(at, sequence, run);
    return next;
  }

  /** Puts an event in the place of the first one, and moves it behind those that are before it. */
  #sink(at: number, sequence: number, run: Action): void {
    let index = 0;
    for (;;) {
      const child = this.#firstChild(index);
      if (child < 0 || this.#isBefore(at, sequence, child)) break;
      this.#move(child, index);
      index = child;
    }
    this.#set(index, at, sequence, run);
  }

  /** Returns the index of the child that is before the others. -1 if there is none. */
  #firstChild(index: number): number {
    const first = children * index + 1;
    const end = Math.min(first + children, this.length);
    let best = first < end ? first : -1;
    for (let child = first + 1; child < end; child += 1)
      if (this.#isBefore(this.#times[child] ?? 0, this.#sequences[child] ?? 0, best)) best = child;
    return best;
  }

  /** Returns whether an event is before that at an index. */
  #isBefore(at: number, sequence: number, index: number): boolean {
    const other = this.#times[index] ?? 0;
    return at === other ? sequence < (this.#sequences[index] ?? 0) : at < other;
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] ?? 0;
    this.#sequences[to] = this.#sequences[from] ?? 0;
    const run = this.#runs[from];
    if (run !== undefined) this.#runs[to] = run;
  }

  #set(index: number, at: number, sequence: number, run: Action): void {
    this.#times[index] = at;
    this.#sequences[index] = sequence;
    this.#runs[index] = run;
  }
}
