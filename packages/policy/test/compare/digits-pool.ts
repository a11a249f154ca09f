// The right and wrong answers of the digits models and their generated files on 10,000 digits, which
// `packages/models/test/support/write-digits-outcomes.ts` wrote, and samples drawn from them.

import { readFileSync } from 'node:fs';
import { wilson95, type Rng } from '@pareto/core';
import { packSamples, type RankedVariant } from '../../src/index.js';

interface Outcomes {
  readonly samples: number;
  /** Outcomes of each variant: one bit per sample, the lowest of a byte first, in base64. */
  readonly outcomes: Readonly<Record<string, string>>;
}

const file = new URL('digits-outcomes.json', import.meta.url);
const { samples, outcomes } = JSON.parse(readFileSync(file, 'utf8')) as Outcomes;

export const poolSize: number = samples;

/** Relative costs: those of the models (`examples/digits/README.md`) times typical factors of the recipes. */
const modelCosts: Readonly<Record<string, number>> = {
  ...{ 'mlp-tiny': 0.0062, 'mlp-small': 0.011, 'cnn-small': 0.0112 },
  ...{ 'cnn-medium': 0.0594, 'mlp-large': 0.0732, 'cnn-large': 1.12 },
};
const recipeFactors: Readonly<Record<string, number>> = {
  ...{ original: 1, fp16: 1.02, int4: 0.6, 'int8-dynamic': 0.5, 'int8-static': 0.55 },
};

interface PoolVariant {
  readonly id: string;
  readonly architecture: string;
  readonly recipe: string;
  readonly cost: number;
  /** 1 for each sample that is answered right. */
  readonly hits: Uint8Array;
  readonly total: number;
}

export const pool: readonly PoolVariant[] = Object.entries(outcomes).map(([id, text]) => {
  const bits = Buffer.from(text, 'base64');
  const hits = Uint8Array.from({ length: samples }, (_, sample) => ((bits[sample >> 3] ?? 0) >> (sample & 7)) & 1);
  const [architecture = '', recipe = ''] = id.split(':');
  const cost = (modelCosts[architecture] ?? NaN) * (recipeFactors[recipe] ?? NaN);
  return { id, architecture, recipe, cost, hits, total: sumOf(hits) };
});

function sumOf(hits: Iterable<number>): number {
  let sum = 0;
  for (const hit of hits) sum += hit;
  return sum;
}

/** A variant as measured on a validation set, and its accuracy on the rest of the pool. */
export interface Claim extends RankedVariant {
  readonly id: string;
  readonly cost: number;
  readonly rest: number;
}

/** Creates a function that draws a validation set of `size` samples, without replacement, and measures all variants. */
export function createDraws(size: number, rng: Rng): () => readonly Claim[] {
  const rows = Int32Array.from({ length: samples }, (_, row) => row);
  return () => {
    for (let place = 0; place < size; place++) {
      const other = place + Math.floor(rng() * (samples - place));
      [rows[place], rows[other]] = [rows[other] ?? 0, rows[place] ?? 0];
    }
    const drawn = rows.slice(0, size);
    return pool.map(({ id, architecture, recipe, cost, hits, total }) => {
      const scores = Array.from(drawn, (row) => hits[row] ?? 0);
      const right = sumOf(scores);
      const [lower95, upper95] = wilson95(right, size);
      return {
        ...{ id, architecture, cost, version: 1, isOriginal: recipe === 'original' },
        accuracy: { metric: 'top1', value: right / size, lower95, upper95, samples: size },
        scores: packSamples('digits', scores, true),
        rest: (total - right) / (samples - size),
      };
    });
  };
}
