// The time to find the dominated variants of a task with 4,000 variants on two hardware classes, which the controller
// does when a record of the task changes.

import {
  bytes,
  createSeededRng,
  hardwareClassId,
  milliseconds,
  percentile,
  systemClock,
  variantId,
  type Measurement,
  type Rng,
} from '@pareto/core';
import { defaultDominationParams, planDomination, type MeasuredVariant } from '@pareto/policy';
import { buildAccuracy, buildMeasuredResult, buildPoint, buildProfile } from '@pareto/testkit';
import { startBenchmark, type Row } from './report.js';

const variants = 4_000;
const runs = 9;
const warmUps = 2;
const hardwareClasses = ['cpu/x/avx2', 'cpu/x/avx512'];
const terms = { prices: { 'cpu/': 0.048 }, latencyMs: 100 };

interface Figures {
  readonly accuracy: number;
  /** p99 of a single item. */
  readonly latencyMs: number;
  readonly memoryMib: number;
  readonly loadMs: number;
}

interface Shape {
  readonly name: string;
  /** Number of variants of each architecture. */
  readonly perArchitecture: number;
  /** Draws the figures of a variant, whose place among all of them is a fraction of 1. */
  readonly draw: (rng: Rng, place: number) => Figures;
}

/** Returns the value, at most `spread` (a fraction) larger or smaller. */
const near = (value: number, spread: number, rng: Rng): number => value * (1 + spread * (2 * rng() - 1));

const independent = (rng: Rng): Omit<Figures, 'accuracy'> => ({
  latencyMs: 1 + 200 * rng(),
  memoryMib: 20 + 2_000 * rng(),
  loadMs: 50 + 3_000 * rng(),
});

const shapes: readonly Shape[] = [
  {
    name: 'larger models are more accurate',
    perArchitecture: 8,
    draw: (rng, place) => ({
      accuracy: near(0.6 + 0.38 * place, 0.02, rng),
      latencyMs: near(1 + 200 * place, 0.5, rng),
      memoryMib: near(20 + 2_000 * place, 0.5, rng),
      loadMs: near(50 + 3_000 * place, 0.5, rng),
    }),
  },
  {
    name: 'independent figures',
    perArchitecture: 8,
    draw: (rng) => ({ accuracy: 0.6 + 0.39 * rng(), ...independent(rng) }),
  },
  {
    name: 'all on the front',
    perArchitecture: variants,
    draw: (_rng, place) => ({
      accuracy: 0.6 + 0.38 * place,
      latencyMs: 1.1 ** (variants * place),
      memoryMib: 100,
      loadMs: 100,
    }),
  },
  {
    name: 'one accuracy, independent figures',
    perArchitecture: variants,
    draw: (rng) => ({ accuracy: 0.9, ...independent(rng) }),
  },
  {
    name: 'one model, all within the margins',
    perArchitecture: 1,
    draw: (rng) => ({
      accuracy: 0.9,
      latencyMs: near(20, 0.01, rng),
      memoryMib: near(100, 0.01, rng),
      loadMs: near(100, 0.01, rng),
    }),
  },
  {
    name: 'one model, measured with much noise',
    perArchitecture: 1,
    draw: (rng) => ({
      accuracy: 0.9,
      latencyMs: near(20, 0.1, rng),
      memoryMib: near(100, 0.15, rng),
      loadMs: near(100, 0.3, rng),
    }),
  },
];

function measurementOf(hardwareClass: string, figures: Figures, rng: Rng): MeasuredVariant['measurements'][number] {
  const last = 32 * 2 ** Math.floor(3 * rng());
  const batches = [1, 2, 4, 8, 16, 32, 64, 128].filter((batch) => batch <= last);
  const profile = buildProfile(
    batches.map((batch) => buildPoint(batch, near(figures.latencyMs, 0.01, rng) * (0.4 + 0.6 * batch), 0.1)),
    { loadMs: milliseconds(figures.loadMs), memoryBytes: bytes(figures.memoryMib * 2 ** 20) },
  );
  const result: Measurement['result'] = buildMeasuredResult(profile, buildAccuracy(figures.accuracy));
  return { hardwareClass: hardwareClassId(hardwareClass), result };
}

function drawVariants({ perArchitecture, draw }: Shape, rng: Rng): readonly MeasuredVariant[] {
  return Array.from({ length: variants }, (_, index) => {
    const architecture = `model-${Math.floor(index / perArchitecture)}`;
    const figures = draw(rng, index / variants);
    return {
      variant: { id: variantId(`${architecture}:v${index}`), architecture, version: 1, recipe: `v${index}` },
      measurements: hardwareClasses.map((hardwareClass) => measurementOf(hardwareClass, figures, rng)),
    };
  });
}

/** Returns the median time of a run in milliseconds. */
function timeDomination(all: readonly MeasuredVariant[]): number {
  const times = new Float64Array(runs);
  for (let run = -warmUps; run < runs; run++) {
    const began = systemClock.now();
    planDomination(all, terms, defaultDominationParams);
    if (run >= 0) times[run] = systemClock.now() - began;
  }
  return percentile(times.sort(), 0.5);
}

const { report } = startBenchmark('domination');
const rows = shapes.map((shape): Row => {
  const value = timeDomination(drawVariants(shape, createSeededRng(1)));
  return { name: `domination, ${shape.name}`, value, unit: 'ms', reach: { below: 300 } };
});
report(rows);
