// The times by which a query must be answered.

/** Returns the time by which a query meets its objective that was received `at`, with `leftMs` for the worker. */
export const dueAt = (at: number, leftMs: number): number => at + leftMs;

/** Returns the time at which its caller stops waiting. Infinity if `leftMs` is undefined, because it set no deadline. */
export const deadlineAt = (at: number, leftMs: number | undefined): number => at + (leftMs ?? Infinity);
