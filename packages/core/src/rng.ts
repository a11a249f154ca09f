// Chance as a parameter.

/** Uniform in [0, 1). */
export type Rng = () => number;

/** Not seeded: for production. */
export const systemRng: Rng = () => Math.random();

/** Mulberry32: small, fast, and the same everywhere for a seed. For tests and the simulator. */
export function createSeededRng(seed: number): Rng {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
