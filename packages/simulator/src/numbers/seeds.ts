// Independent random numbers for each part of a simulation.

import { createSeededRng, type Rng } from '@pareto/core';

/** The parts that draw random numbers. */
export type Part = 'arrivals' | 'routers' | 'router-of-query' | 'service' | 'profiles' | 'policy';

const numbers: Readonly<Record<Part, number>> = {
  arrivals: 1,
  routers: 2,
  'router-of-query': 3,
  service: 4,
  profiles: 5,
  policy: 6,
};

/** Creates the source of a part, or of its member `index`. */
export const createPartRng = (seed: number, part: Part, index = 0): Rng =>
  createSeededRng(mix(mix(mix(0x9e3779b9, seed), numbers[part]), index));

/** Mixes a number into a hash: the finaliser of MurmurHash3. */
function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ Math.floor(value), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
