// Measured variants for tests of domination.

import {
  bytes,
  hardwareClassId,
  milliseconds,
  variantId,
  type HardwareClassId,
  type Measurement,
  type Profile,
} from '@pareto/core';
import { buildAccuracy, buildMeasuredResult, buildPoint, buildProfile } from '@pareto/testkit';
import type { MeasuredVariant } from '../../src/index.js';

/** Measurements on one class. */
export interface Figures {
  /** Point accuracy. Explicitly undefined if not measured. */
  readonly accuracy?: number | undefined;
  /** p99 by batch, equal to the median. */
  readonly p99Ms?: Readonly<Record<number, number>>;
  readonly memoryMib?: number;
  readonly loadMs?: number;
  readonly noise?: number;
}

export const cpu: HardwareClassId = hardwareClassId('cpu/x/avx2/1g');
export const gpu: HardwareClassId = hardwareClassId('cuda/x/none/1g');
export const terms = { prices: { 'cpu/': 0.048, 'cuda/': 3 }, latencyMs: 1000 };

function profileOf({ p99Ms = { 1: 10 }, memoryMib = 100, loadMs = 100, noise }: Figures): Profile {
  const points = Object.entries(p99Ms).map(([batch, ms]) => buildPoint(Number(batch), ms));
  return buildProfile(points, {
    loadMs: milliseconds(loadMs),
    coldLoadMs: milliseconds(loadMs),
    memoryBytes: bytes(memoryMib * 2 ** 20),
    ...(noise === undefined ? {} : { noise }),
  });
}

export function resultOf(figures: Figures): Measurement['result'] {
  const { accuracy = 0.9 } = figures;
  const isMeasured = !('accuracy' in figures) || figures.accuracy !== undefined;
  return buildMeasuredResult(profileOf(figures), isMeasured ? buildAccuracy(accuracy) : undefined);
}

/** Builds a variant from `architecture:recipe`, measured on the cpu and, if figures are given, on the gpu. */
export function measured(id: string, onCpu: Figures | undefined, onGpu?: Figures): MeasuredVariant {
  const on = (hardwareClass: HardwareClassId, figures: Figures | undefined): MeasuredVariant['measurements'] =>
    figures === undefined ? [] : [{ hardwareClass, result: resultOf(figures) }];
  const [architecture = id, recipe = 'original'] = id.split(':');
  const variant = { id: variantId(id), architecture, version: 1, recipe };
  return { variant, measurements: [...on(cpu, onCpu), ...on(gpu, onGpu)] };
}
