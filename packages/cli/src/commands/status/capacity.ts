// What would let the fleet answer the queries that it lacks capacity for, found by previews of plans: more workers, or looser objectives.

import type { UnmetCause } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { count, formatUsd } from '../../terminal/format.js';
import { goodShare, urgentSources, type Finding } from './finding.js';

export type PreviewPlan = (request: wire.PreviewRequestInput) => Promise<wire.PreviewResponse>;

/** Causes that more capacity removes. */
const shortCauses: readonly string[] = ['compute', 'memory', 'no-worker'] satisfies readonly UnmetCause[];
/** Age of a need below which a plan that is being carried out may meet it. */
const leastAgeMs = 5_000;
/** Most workers of a kind that are tried. */
const maxMore = 16;
const maxKinds = 3;
/** USD per hour that count for a worker without a price, so that fewer of them are better. */
const unpriced = 1e-6;
const maxTasks = 2;

const isShort = ({ source, cause }: wire.UnmetNeed): boolean =>
  urgentSources.includes(source) && shortCauses.includes(cause);

/**
 * Returns a warning with the changes that would do, the cheapest kind of worker first. Undefined if nothing lacks, or while the plan is
 * frozen, whose replicas do not follow the demand. Rejects if a preview fails.
 */
export async function capacityFinding(
  overview: wire.OverviewResponse,
  previewPlan: PreviewPlan,
): Promise<Finding | undefined> {
  const lacking = overview.unmetNeeds.filter((need) => isShort(need) && need.ageMs >= leastAgeMs);
  if (lacking.length === 0 || overview.leader === '' || overview.plan?.source === 'frozen') return undefined;
  const suffices = async (request: wire.PreviewRequestInput): Promise<boolean> => {
    const { preview } = await previewPlan(request);
    return preview !== null && !preview.unmetNeeds.some(isShort);
  };
  const remedies = [...(await workerRemedies(overview, suffices)), ...(await objectiveRemedies(overview, suffices))];
  const variants = new Set(lacking.map(({ variant }) => variant)).size;
  const tried = `${maxMore} more workers of a kind, nor looser objectives of a task`;
  return {
    ...{ level: 'warning', about: 'capacity' },
    text: `the workers lack slots or memory for ${count(variants, 'variant')} that queries need`,
    advice:
      remedies.length === 0
        ? `neither ${tried} would do alone: 'pareto plan --dry-run --help' shows how to try both together`
        : `any of these would do: ${remedies.join('; ')}`,
  };
}

type Suffices = (request: wire.PreviewRequestInput) => Promise<boolean>;

/** Returns the smallest sufficient number of workers of the kind for which they cost least. */
async function workerRemedies({ workers }: wire.OverviewResponse, suffices: Suffices): Promise<readonly string[]> {
  const kinds = new Map(workers.filter(({ connected }) => connected).map((worker) => [kindOf(worker), worker]));
  let best: { readonly cost: number; readonly text: string } | undefined;
  const cheapest = [...kinds.values()].toSorted((a, b) => a.usdPerHour - b.usdPerHour).slice(0, maxKinds);
  for (const { workerId: likeWorker, usdPerHour } of cheapest) {
    const isEnough = (count: number): Promise<boolean> => suffices({ added: [{ likeWorker, count }] });
    const each = usdPerHour || unpriced;
    const limit = best === undefined ? maxMore : Math.min(maxMore, Math.ceil(best.cost / each) - 1);
    const more = await smallestCount(isEnough, limit);
    if (more === undefined) continue;
    const price = usdPerHour > 0 ? `${formatUsd(more * usdPerHour)} per hour, ` : '';
    const command = `'pareto plan --dry-run --add-workers ${likeWorker}=${more}'`;
    best = { cost: more * each, text: `${count(more, 'more worker')} like ${likeWorker} (${price}${command})` };
  }
  return best === undefined ? [] : [best.text];
}

/** Returns the smallest number from 1 to the limit that is enough: by doubling, and then by halves of what is between. */
async function smallestCount(
  isEnough: (count: number) => Promise<boolean>,
  limit: number,
): Promise<number | undefined> {
  let [tooFew, enough] = [0, Math.min(1, limit)];
  while (enough > tooFew && !(await isEnough(enough))) [tooFew, enough] = [enough, Math.min(2 * enough, limit)];
  if (enough === tooFew) return undefined;
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (await isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

const kindOf = ({ slotGroups, memoryBytes }: wire.Worker): string =>
  [memoryBytes, ...slotGroups.map(({ slots, hardwareClass }) => `${hardwareClass?.id ?? ''} ${slots}`)].join(', ');

/** Returns the looser objectives of a task that suffice, of the tasks that meet theirs least. */
async function objectiveRemedies({ tasks }: wire.OverviewResponse, suffices: Suffices): Promise<readonly string[]> {
  const poor = tasks
    .filter(({ attainment = 1 }) => attainment < goodShare)
    .toSorted((a, b) => (a.attainment ?? 1) - (b.attainment ?? 1))
    .slice(0, maxTasks);
  const remedies: string[] = [];
  for (const { task: target } of poor) {
    if (await suffices({ demands: [{ target, latencyFactor: 2 }] }))
      remedies.push(`twice the latency for ${target} ('pareto plan --dry-run --latency ${target}=2x')`);
    if (await suffices({ demands: [{ target, withoutFloor: true }] }))
      remedies.push(`no accuracy floor for ${target} ('pareto plan --dry-run --without-floor ${target}')`);
  }
  return remedies;
}
