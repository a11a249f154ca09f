// A day of several tenants, each with a rate and bursts of its own.

import type { Rng } from '@pareto/core';
import { drawGamma } from '../../arrivals/gamma.js';
import type { Trace } from '../../arrivals/trace.js';

const minutes = 1_440;
const tenants = 25;
const countPerMinute = 5_490;
/** Median and 90th percentile, over the tenants, of the coefficient of variation of the rate. */
const variations = { median: 0.86, p90: 4 };
/** Exponent of the tenants' shares: that of the k-th is proportional to k^-exponent. */
const exponent = 0.65;
const maxStretchMinutes = 10;

/**
 * Returns counts per minute of one day for each of 25 tenants, the largest first. A tenant keeps a rate for one to ten
 * minutes, and then gets another one of the gamma distribution, whose variation differs from tenant to tenant. The
 * constants were fitted to Azure Functions (2019, the 50 largest functions of a day, Shahrad et al. 2020). Matched are the
 * mean of the 25 largest (91.5/s) and the share of the largest one (15 %), and within 25 % the median and the 90th
 * percentile, over the tenants, of the coefficient of variation per minute (0.86 and 3.8). That of all tenants together is
 * lower (0.5, recorded 0.73). Timers with a fixed period and the time of day are not modelled.
 */
export function generateTenantBursts(rng: Rng): readonly Trace[] {
  const weights = Array.from({ length: tenants }, (_, index) => Math.exp(-exponent * Math.log(index + 1)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight, index) => ({
    form: 'counts',
    intervalMs: 60_000,
    counts: drawCounts((countPerMinute * weight) / sum, variationOf(index), rng),
  }));
}

/** Returns the variation of a tenant: a quantile for each, in an order that mixes steady and bursty tenants. */
function variationOf(index: number): number {
  const quantile = (((index * 22) % tenants) + 0.5) / tenants;
  const { median, p90 } = variations;
  return median * Math.exp((Math.log(p90 / median) * (quantile - 0.5)) / 0.4);
}

/** Returns counts with a given mean. */
function drawCounts(mean: number, variation: number, rng: Rng): Float64Array {
  const shape = 1 / variation ** 2;
  const levels = new Float64Array(minutes);
  for (let from = 0; from < minutes;) {
    const to = from + 1 + Math.floor(rng() * maxStretchMinutes);
    levels.fill(drawGamma(shape, rng), from, to);
    from = to;
  }
  const sum = levels.reduce((total, level) => total + level, 0);
  return levels.map((level) => (level * mean * minutes) / sum);
}
