// Blocks of consecutive intervals. Requests depend on each other, through queues and bursts, and so do neighbouring
// intervals. Blocks of them are treated as independent.

import type { Rng } from '@pareto/core';

/**
 * Returns the number of intervals in a block. The cube root has the least error in long runs (Flegal and Jones 2010), but
 * understates the variation of short runs of loaded queues.
 */
export const blockLength = (intervals: number): number => Math.ceil(Math.sqrt(intervals));

/**
 * Draws blocks with replacement until they have as many intervals as the run, and sets how often each interval is drawn.
 * Blocks start anywhere, and continue at the start of the run after its end. Sources: Künsch 1989; Politis and Romano
 * 1992, the circular block bootstrap.
 */
export function drawBlocks(draws: Uint32Array, rng: Rng): void {
  const length = blockLength(draws.length);
  draws.fill(0);
  for (let left = draws.length; left > 0; left -= length) {
    const first = Math.floor(rng() * draws.length);
    for (let offset = 0; offset < Math.min(length, left); offset++) {
      const index = (first + offset) % draws.length;
      draws[index] = (draws[index] ?? 0) + 1;
    }
  }
}

/**
 * Returns the number of equal blocks that would tell as much as the blocks of the run, in which some have more of the
 * events than others. Infinity without events. Source: Kish 1965, the effective size of a sample with weights.
 */
export function effectiveBlocks(events: Float64Array): number {
  const blocks = new Float64Array(Math.ceil(events.length / blockLength(events.length)));
  events.forEach((count, interval) => {
    const block = Math.floor((interval * blocks.length) / events.length);
    blocks[block] = (blocks[block] ?? 0) + count;
  });
  const sum = blocks.reduce((total, count) => total + count, 0);
  return sum === 0 ? Infinity : sum ** 2 / blocks.reduce((total, count) => total + count ** 2, 0);
}
