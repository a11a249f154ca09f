// Variants as INFaaS registers them: each maximum batch size of an accelerator is a variant of its own, and latency is linear in the
// batch size.

import type { HardwareClassId } from '@pareto/core';
import { p50At } from '@pareto/policy';
import { largestBatch, type VariantOption } from '../options/variant-option.js';
import type { HardwareKind, InfaasParams } from './params.js';

export interface InfaasVariant {
  /** Unique among all variants. */
  readonly name: string;
  readonly option: VariantOption;
  readonly kind: HardwareKind;
  readonly maxBatch: number;
  /** Latency of a batch in ms: `slopeMs` × its size + `interceptMs`. */
  readonly slopeMs: number;
  readonly interceptMs: number;
}

/** Returns the variants in the order of the options. */
export function registerVariants(
  options: readonly VariantOption[],
  kindOf: (hardwareClass: HardwareClassId) => HardwareKind,
  params: InfaasParams,
): readonly InfaasVariant[] {
  return options.flatMap((option) => {
    const kind = kindOf(option.hardwareClass);
    const line = fitLatency(option, params);
    return maxBatches(option, params.kinds[kind].maxBatches).map((maxBatch) => ({
      ...{ name: `${option.variant} ${option.hardwareClass} ${maxBatch}`, option, kind, maxBatch },
      ...line,
    }));
  });
}

/** Returns the modelled latency of a batch in ms. */
export const modelledMs = ({ slopeMs, interceptMs }: InfaasVariant, batch: number): number =>
  slopeMs * batch + interceptMs;

/**
 * Returns the batch size that throughput and feasibility are computed with: the maximum one on an accelerator, and that of a query on a
 * CPU, where batches are formed only if queries happen to wait.
 */
export const ratedBatch = ({ kind, maxBatch }: InfaasVariant): number => (kind === 'cpu' ? 1 : maxBatch);

/** Returns the modelled latency at the rated batch in ms. */
export const ratedMs = (variant: InfaasVariant): number => modelledMs(variant, ratedBatch(variant));

/** Returns the time of the load and of a batch of the rated size. */
export const totalMs = (variant: InfaasVariant): number => variant.option.profile.loadMs + ratedMs(variant);

/** Returns the queries per second that a replica answers: `thr` of the autoscaler. */
export const throughput = (variant: InfaasVariant): number => (1_000 * ratedBatch(variant)) / ratedMs(variant);

/** Returns those of the sizes that are profiled. A profile that ends before the smallest one has its own largest size. */
function maxBatches(option: VariantOption, sizes: readonly number[]): readonly number[] {
  const largest = largestBatch(option);
  const within = sizes.filter((size) => size <= largest);
  return within.length > 0 ? within : [largest];
}

/** Returns the line of least squares through the medians of the fitted batches. Through the origin if there is only one. */
function fitLatency(
  option: VariantOption,
  { fittedBatches }: InfaasParams,
): Pick<InfaasVariant, 'slopeMs' | 'interceptMs'> {
  const batches = fittedBatches.filter((batch) => batch <= largestBatch(option));
  const times = batches.map((batch) => p50At(option.profile, batch));
  const [meanBatch, meanMs] = [mean(batches), mean(times)];
  const spread = mean(batches.map((batch) => (batch - meanBatch) * (batch - meanBatch)));
  if (spread === 0) return { slopeMs: meanMs / meanBatch, interceptMs: 0 };
  const covariance = mean(times.map((ms, index) => (ms - meanMs) * ((batches[index] ?? 0) - meanBatch)));
  const slopeMs = covariance / spread;
  return { slopeMs, interceptMs: meanMs - slopeMs * meanBatch };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
