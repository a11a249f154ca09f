// The order of a target's candidates by accuracy while slots are short: what the accuracy that they lack and the time of their slots are worth.

import { fallbackObjective, oncePer, type Candidate, type CongestionPrices, type TargetEntry } from '@pareto/core';
import { costPer1k } from '../cost/cost-per-1k.js';
import { columnsOf } from './target-columns.js';

/** Returns a rank for each row of the target's columns, in USD of 1,000 answers. NaN if the accuracy is not measured. */
export const congestionRanks = (target: TargetEntry, congestion: CongestionPrices): Float64Array =>
  ranksAt(congestion)(target);

const ranksAt = oncePer((congestion: CongestionPrices) => oncePer((target: TargetEntry) => build(target, congestion)));

function build(target: TargetEntry, { usdPerHour, accuracyUsd }: CongestionPrices): Float64Array {
  const { candidates, rank } = columnsOf(target);
  const isShort = candidates.some(({ hardwareClass }) => usdPerHour[hardwareClass] !== undefined);
  if (!isShort) return rank;
  const { latencyMs = fallbackObjective.latencyMs } = target.defaultObjective;
  const best = bestByRank(candidates, rank);
  const greatest = Math.max(...best.values());
  // A class without a price counts as dear, as it does in plans.
  const unpricedUsd = Math.max(0, ...candidates.map(({ costPer1k: cost = 0 }) => cost));
  const slotUsd = ({ profile, costPer1k: cost = unpricedUsd, hardwareClass }: Candidate): number =>
    profile === undefined ? Infinity : cost + costPer1k(profile, usdPerHour[hardwareClass] ?? 0, 1, latencyMs);
  return Float64Array.from(candidates, (candidate, row) => {
    const own = best.get(rank[row] ?? NaN);
    if (own === undefined || candidate.accuracy === undefined) return NaN;
    const lost = greatest > 0 ? 1 - own / greatest : 0;
    return 1_000 * lost * accuracyUsd + slotUsd(candidate);
  });
}

/** Returns the greatest accuracy of the candidates of each rank, because those of one rank are equally accurate. */
function bestByRank(candidates: readonly Candidate[], rank: Float64Array): ReadonlyMap<number, number> {
  const best = new Map<number, number>();
  for (const [row, { accuracy }] of candidates.entries()) {
    const own = rank[row] ?? NaN;
    if (accuracy !== undefined) best.set(own, Math.max(best.get(own) ?? 0, accuracy.value));
  }
  return best;
}
