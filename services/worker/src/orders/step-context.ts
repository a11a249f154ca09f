// Progress reports and cancellation of a make or measure step.

export interface StepContext {
  /** Reports a human-readable progress text. */
  readonly reportProgress: (progress: string) => void;
  readonly signal: AbortSignal;
}
