// Accuracy, latency and cost of a task's variants by hardware class at one batch size, from the task's description.

import { resolveObjective, valueAt } from '@pareto/core';
import { costBatch, p50At, p99At } from '@pareto/policy';
import { objectiveFromWire, profileFromWire, type wire } from '@pareto/protocol';
import { stateOf, type VariantState } from '../../objects/variant-state.js';

export interface FrontierPoint {
  readonly name: string;
  readonly accuracy: wire.Accuracy;
  /** Rank by accuracy, from 1, which equal variants share. 0 if the controller sends none. */
  readonly accuracyRank: number;
  /** Latency at the batch size. */
  readonly p99Ms: number;
  /** USD per 1,000 answers. Undefined if the hardware class has no price. */
  readonly costPer1k: number | undefined;
  readonly sizeBytes: number;
  readonly memoryBytes: number;
  readonly state: VariantState;
}

export interface ClassPoints {
  readonly hardwareClass: string;
  readonly points: readonly FrontierPoint[];
  /** Variants that can't be drawn, with the reasons. */
  readonly omitted: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Returns the points by hardware class, the class with the most points first. Without `batch`, latencies are of batch
 * size 1 and costs are the quoted ones.
 */
export function frontierPoints(
  { task, variants }: Pick<wire.DescribeResponse, 'task' | 'variants'>,
  batch: number | undefined,
): readonly ClassPoints[] {
  const { latencyMs } = resolveObjective(objectiveFromWire(task?.defaultObjective));
  const newest = newestMeasured(variants);
  const classes = new Set(newest.flatMap((variant) => variant.measurements.map((m) => m.hardwareClass)));
  return [...classes]
    .map((hardwareClass): ClassPoints => {
      const found = newest.flatMap((variant) => {
        const measurement = variant.measurements.find((one) => one.hardwareClass === hardwareClass);
        return measurement === undefined ? [] : pointOf(variant, measurement, batch, latencyMs);
      });
      return {
        hardwareClass,
        points: found.filter((one) => 'accuracy' in one),
        omitted: found.filter((one) => 'why' in one),
      };
    })
    .toSorted((a, b) => b.points.length - a.points.length || (a.hardwareClass < b.hardwareClass ? -1 : 1));
}

/** Returns the newest measured version of each variant. */
function newestMeasured(variants: readonly wire.Variant[]): readonly wire.Variant[] {
  const newest = new Map<string, wire.Variant>();
  for (const variant of variants) {
    const isMeasured = variant.measurements.length > 0;
    const known = newest.get(variant.name);
    if (isMeasured && (known === undefined || variant.version > known.version)) newest.set(variant.name, variant);
  }
  return [...newest.values()];
}

function pointOf(
  variant: wire.Variant,
  { profile, accuracy, accuracyRank, error, costPer_1k: cost }: wire.Measurement,
  batch: number | undefined,
  latencyMs: number,
): FrontierPoint | { readonly name: string; readonly why: string } {
  const { name, sizeBytes } = variant;
  if (profile === null) return { name, why: `not measured: ${error}` };
  if (accuracy === null) return { name, why: 'its accuracy is unknown' };
  if (!Number.isFinite(valueAt(accuracy, accuracy.value))) return { name, why: 'some of its answers are not finite' };
  const measured = profileFromWire(profile);
  const maxBatch = measured.points.at(-1)?.batch ?? 1;
  if (batch !== undefined && batch > maxBatch) return { name, why: `measured up to batch ${maxBatch}` };
  const perItem = (size: number): number => p50At(measured, size) / size;
  const share = batch === undefined ? 1 : perItem(batch) / perItem(costBatch(measured, latencyMs));
  return {
    ...{ name, accuracy, accuracyRank, sizeBytes, memoryBytes: profile.memoryBytes },
    p99Ms: p99At(measured, batch ?? 1),
    costPer1k: cost > 0 ? cost * share : undefined,
    state: stateOf(variant),
  };
}
