// Seeds of the option --seeds.

import { InvalidArgumentError } from 'commander';

/** Maximum number of seeds: each is a run of every policy. */
const maxSeeds = 1_000;
const maxSeed = 2 ** 32 - 1;

/** Parses a number of seeds, from 1 on, or a list of seeds and ranges such as `3,7` and `101-105`. */
export function parseSeeds(text: string): readonly number[] {
  const parts = text.split(',').map((part) => /^(\d+)(?:-(\d+))?$/.exec(part.trim()));
  const ranges = parts.map((match) => ({
    from: Number(match?.[1] ?? NaN),
    to: Number(match?.[2] ?? match?.[1] ?? NaN),
  }));
  const isCount = /^\d+$/.test(text.trim());
  const [wanted = { from: 1, to: 0 }] = ranges;
  const listed = isCount ? [{ from: 1, to: wanted.to }] : ranges;
  const count = listed.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const isValid = listed.every(({ from, to }) => from <= to && to <= maxSeed) && count >= 1 && count <= maxSeeds;
  if (!isValid) {
    throw new InvalidArgumentError(
      `Expected a number of seeds from 1 to ${maxSeeds}, or a list of seeds such as 3,7 or 101-105.`,
    );
  }
  const seeds = listed.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
  return [...new Set(seeds)];
}
