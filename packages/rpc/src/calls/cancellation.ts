// The early end of a call, as its handler observes it.

/** A function, or an object, which saves a query the function. */
export type CancellationListener = (() => void) | { handleEvent(): void };

/** The part of an AbortSignal that queries use. */
export interface Cancellation {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: CancellationListener): void;
  removeEventListener(type: 'abort', listener: CancellationListener): void;
}

/** A cancellation that costs a query nothing unless it is observed: an AbortSignal takes several µs to create. */
export class CallCancellation implements Cancellation {
  /** The listeners, of which most calls have at most one. Undefined before the first one. */
  #listeners: CancellationListener[] | undefined;
  #aborter: AbortController | undefined;
  #aborted = false;
  #reason: unknown;

  get aborted(): boolean {
    return this.#aborted;
  }
  get reason(): unknown {
    return this.#reason;
  }
  /** A signal that aborts together with this. */
  get signal(): AbortSignal {
    if (this.#aborter === undefined) {
      this.#aborter = new AbortController();
      if (this.#aborted) this.#aborter.abort(this.#reason);
    }
    return this.#aborter.signal;
  }
  addEventListener(_type: 'abort', listener: CancellationListener): void {
    if (this.#listeners === undefined) this.#listeners = [listener];
    else this.#listeners.push(listener);
  }
  removeEventListener(_type: 'abort', listener: CancellationListener): void {
    const listeners = this.#listeners;
    const index = listeners?.lastIndexOf(listener) ?? -1;
    if (index < 0) return;
    if (index + 1 === listeners?.length) listeners.pop();
    else listeners?.splice(index, 1);
  }
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    for (const listener of this.#listeners?.splice(0) ?? []) {
      if (typeof listener === 'function') listener();
      else listener.handleEvent();
    }
    this.#aborter?.abort(reason);
  }
}
