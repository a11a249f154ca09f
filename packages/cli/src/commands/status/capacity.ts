// What would let the fleet answer the queries that it lacks capacity for, found by previews of plans: more workers, or looser objectives.

import { groupBy, type UnmetCause } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { count, formatUsd } from '../../terminal/format.js';
import { goodShare, type Finding } from './finding.js';

/** Rejects if the preview fails, or if it takes too long. */
export type PreviewPlan = (request: wire.PreviewRequestInput) => Promise<wire.PreviewResponse>;

/** Causes that more capacity removes. */
const shortCauses: readonly string[] = ['compute', 'memory', 'residency', 'no-worker'] satisfies readonly UnmetCause[];
/** Age of a need below which a plan that is being carried out may meet it. */
const leastAgeMs = 5_000;
/** Most workers of a kind, kinds of workers and tasks that are tried. */
const [maxMore, maxKinds, maxTasks] = [16, 4, 2];

/** Previews count no queries that are held, so that needs for these say nothing. */
const isShort = ({ source, cause }: wire.UnmetNeed): boolean => source === 'demand' && shortCauses.includes(cause);

/**
 * Returns a warning with the changes that would do. Undefined if nothing lacks, if plans would meet it without a change, or while the plan
 * is frozen, whose replicas do not follow the demand. Rejects if plans cannot be previewed.
 */
export async function capacityFinding(
  overview: wire.OverviewResponse,
  previewPlan: PreviewPlan,
): Promise<Finding | undefined> {
  const lacking = overview.unmetNeeds.filter((need) => isShort(need) && need.ageMs >= leastAgeMs);
  if (lacking.length === 0 || overview.leader === '' || overview.plan?.source === 'frozen') return undefined;
  const unchanged = await previewPlan({});
  if (!isLacking(unchanged)) return undefined;
  const suffices = async (request: wire.PreviewRequestInput): Promise<boolean> => {
    const answer = await previewPlan(request);
    return answer.settled && answer.preview !== null && !isLacking(answer);
  };
  const kinds = kindsOf(overview);
  const tasks = tasksOf(overview, unchanged);
  const workers = await findWorkers(kinds, suffices);
  const objectives = await findObjectives(tasks, suffices);
  const remedies = [...workers.found, ...objectives.found];
  const variants = new Set(lacking.map(({ variant }) => variant)).size;
  return {
    ...{ level: 'warning', about: 'capacity' },
    text: `the workers lack slots or memory for ${count(variants, 'variant')} that queries need`,
    advice:
      remedies.length > 0
        ? `any of these would do: ${remedies.join('; ')}`
        : `${workers.isCut || objectives.isCut ? 'not all changes could be previewed' : noneOf(kinds, tasks)}: 'pareto plan --dry-run --help' shows how to try others`,
  };
}

function noneOf(kinds: readonly wire.Worker[], tasks: readonly string[]): string {
  const workers = `up to ${maxMore} more workers like ${kinds.map(({ workerId }) => workerId).join(' or ')}`;
  const objectives = tasks.length === 0 ? [] : [`twice the latency or no accuracy floor for ${tasks.join(' or ')}`];
  return `none of these would do alone: ${[workers, ...objectives].join(', ')}`;
}

const isLacking = ({ preview }: wire.PreviewResponse): boolean => preview?.unmetNeeds.some(isShort) === true;

type Suffices = (request: wire.PreviewRequestInput) => Promise<boolean>;

/** Changes that suffice. `isCut` is set if some could not be previewed, for example by a controller of an older release. */
interface Found {
  readonly found: readonly string[];
  readonly isCut: boolean;
}

/** Returns a worker of each kind of slots, the cheapest first. One without a price counts as the dearest, as in plans. */
function kindsOf({ workers }: wire.OverviewResponse): readonly wire.Worker[] {
  const cost = ({ usdPerHour }: wire.Worker): number => usdPerHour || Infinity;
  const ascending = workers
    .filter(({ connected }) => connected)
    .toSorted((a, b) => compare(cost(a), cost(b)) || b.memoryBytes - a.memoryBytes);
  const byClass = groupBy(ascending, ({ slotGroups }) =>
    slotGroups.map(({ slots, hardwareClass }) => `${hardwareClass?.id ?? ''} ${slots}`).join(),
  );
  return Array.from(byClass.values(), ([first]) => first)
    .filter((one) => one !== undefined)
    .slice(0, maxKinds);
}

const compare = (a: number, b: number): number => (a === b ? 0 : a - b);

/** Returns the smallest sufficient number of workers, of the kind for which they cost least, or of which fewest suffice without a price. */
async function findWorkers(kinds: readonly wire.Worker[], suffices: Suffices): Promise<Found> {
  const dearest = Math.max(...kinds.map(({ usdPerHour }) => usdPerHour)) || 1;
  let best: { readonly cost: number; readonly text: string } | undefined;
  let isCut = false;
  for (const { workerId: likeWorker, usdPerHour } of kinds) {
    const isEnough = (number: number): Promise<boolean> => suffices({ added: [{ likeWorker, count: number }] });
    const each = usdPerHour || dearest;
    const limit = best === undefined ? maxMore : Math.min(maxMore, Math.ceil(best.cost / each) - 1);
    const more = await smallestCount(isEnough, limit).catch(() => void (isCut = true));
    if (more === undefined) continue;
    const price = usdPerHour > 0 ? `${formatUsd(more * usdPerHour)} per hour, ` : '';
    const command = `'pareto plan --dry-run --add-workers ${likeWorker}=${more}'`;
    best = { cost: more * each, text: `${count(more, 'more worker')} like ${likeWorker} (${price}${command})` };
  }
  return { found: best === undefined ? [] : [best.text], isCut };
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

/** Returns the tasks of the demand whose variants lack capacity, or else those that meet their objectives least. */
function tasksOf({ tasks }: wire.OverviewResponse, { preview }: wire.PreviewResponse): readonly string[] {
  const lacking = new Set(preview?.unmetNeeds.filter(isShort).map(({ variant }) => variant));
  const own = (preview?.demands ?? []).filter(({ variant }) => lacking.has(variant)).map(({ task }) => task);
  const poor = tasks
    .filter(({ attainment = 1 }) => attainment < goodShare)
    .toSorted((a, b) => (a.attainment ?? 1) - (b.attainment ?? 1))
    .map(({ task }) => task);
  return [...new Set([...own, ...poor])].slice(0, maxTasks);
}

/** Returns the looser objectives of a task that suffice. Only queries that name the task get them. */
async function findObjectives(tasks: readonly string[], suffices: Suffices): Promise<Found> {
  const found: string[] = [];
  let isCut = false;
  for (const target of tasks) {
    const changes = [
      { change: { target, latencyFactor: 2 }, text: 'twice the latency', option: `--latency ${target}=2x` },
      { change: { target, withoutFloor: true }, text: 'no accuracy floor', option: `--without-floor ${target}` },
    ];
    for (const { change, text, option } of changes) {
      const isFound = await suffices({ demands: [change] }).catch(() => void (isCut = true));
      if (isFound === true) found.push(`${text} for ${target} ('pareto plan --dry-run ${option}')`);
    }
  }
  return { found, isCut };
}
