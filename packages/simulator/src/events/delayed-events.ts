// Events in the order of their times, which need no search: a ring that doubles when it is full.

import type { Action, Events } from './events.js';

const nothing = (): void => undefined;

export class DelayedEvents implements Events {
  length = 0;
  /** A power of two. */
  #size = 64;
  #head = 0;
  #times = new Float64Array(this.#size);
  #sequences = new Float64Array(this.#size);
  #runs = new Array<Action>(this.#size).fill(nothing);

  get nextAt(): number {
    return this.length === 0 ? Infinity : (this.#times[this.#head] ?? Infinity);
  }
  get nextSequence(): number {
    return this.length === 0 ? Infinity : (this.#sequences[this.#head] ?? Infinity);
  }

  /** The time must not be before that of the last event. */
  push(at: number, sequence: number, run: Action): void {
    if (this.length === this.#size) this.#grow();
    const index = (this.#head + this.length) & (this.#size - 1);
    this.#times[index] = at;
    this.#sequences[index] = sequence;
    this.#runs[index] = run;
    this.length += 1;
  }

  take(): Action {
    const run = this.#runs[this.#head];
    if (run === undefined || this.length === 0) throw new Error('there is no event');
    this.#runs[this.#head] = nothing;
    this.#head = (this.#head + 1) & (this.#size - 1);
    this.length -= 1;
    return run;
  }

  #grow(): void {
    const [times, sequences] = [new Float64Array(2 * this.#size), new Float64Array(2 * this.#size)];
    const [end, head] = [this.#size - this.#head, this.#head];
    times.set(this.#times.subarray(head));
    times.set(this.#times.subarray(0, head), end);
    sequences.set(this.#sequences.subarray(head));
    sequences.set(this.#sequences.subarray(0, head), end);
    const runs = [...this.#runs.slice(head), ...this.#runs.slice(0, head)];
    while (runs.length < 2 * this.#size) runs.push(nothing);
    [this.#times, this.#sequences, this.#runs, this.#head] = [times, sequences, runs, 0];
    this.#size *= 2;
  }
}
