import { createSeededRng, elementCount } from '@pareto/core';

/** Returns the content of an input: random numbers in [0, 1). */
export function inputOf(shape: readonly number[]): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: elementCount(shape) }, createSeededRng(1));
}
