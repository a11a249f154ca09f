// Random sources that are passed as parameters.

/** Returns uniform numbers in [0, 1). */
export type Rng = () => number;

/** The unseeded source, for production. */
export const systemRng: Rng = () => Math.random();

/** Creates a Mulberry32 source: small, fast, and reproducible on every platform. For tests and benchmarks. */
export function createSeededRng(seed: number): Rng {
  // A signed integer of 32 bits, which is stored without an allocation.
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
