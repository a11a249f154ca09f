// The interface between the loops, which decide when requests are sent, and what sends them.

/** Sends a request that is due at a time. Resolves, and never rejects, when it was answered or failed. */
export type SendRequest = (index: number, intendedAt: number) => Promise<void>;
