// A part of the events, of which the next one is known.

export type Action = (now: number) => void;

/** Events are kept in columns, because times in an array of numbers are compared without a read of each event. */
export interface Events {
  readonly length: number;
  /** Time and number of the next event. Infinity if there is none. */
  readonly nextAt: number;
  readonly nextSequence: number;
  /** `sequence` numbers the events in the order in which they are scheduled. */
  push(at: number, sequence: number, run: Action): void;
  /** Removes the next event, and returns what it runs. Throws if there is none. */
  take(): Action;
}
