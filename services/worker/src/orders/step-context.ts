// How whoever wants a piece of work follows it, and calls it off.

export interface StepContext {
  /** Told how far it is, for people. */
  readonly reportProgress: (progress: string) => void;
  readonly signal: AbortSignal;
}
