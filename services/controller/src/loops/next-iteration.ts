// Lets the event loop handle other work between two long steps.

/** Resolves in the next iteration of the event loop, after the messages that have arrived were handled. */
export const nextIteration = (): Promise<void> =>
  // oxlint-disable-next-line no-restricted-globals -- not time: the next iteration of the event loop
  new Promise((resolve) => void setImmediate(resolve));
