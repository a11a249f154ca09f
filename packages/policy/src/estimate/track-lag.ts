// The delay of an event loop, in which queries wait before the process sees them.

/** Part of the difference by which the estimate falls with a shorter sample. */
const fall = 0.1;

/** Returns the next estimate: a longer delay counts immediately, and is forgotten slowly. */
export const trackLag = (lagMs: number, sampleMs: number): number =>
  sampleMs > lagMs ? sampleMs : lagMs + fall * (sampleMs - lagMs);
