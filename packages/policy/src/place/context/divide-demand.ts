// The variants that shall answer the demand. Where slots are too few for those that selection prefers, others take the demand
// that need less time for each item and meet the same objectives.

import type { HardwareClassId, Milliseconds, VariantId } from '@pareto/core';
import type { Demand, PlacementParams, PlacementSnapshot } from '../../snapshot/snapshot.js';
import { defaultSelectParams } from '../../select/selection-query.js';
import { createCompute, minLoad } from './compute.js';
import { utilisationWithin } from './utilisation.js';
import type { Option } from './options.js';
import type { OptionsWithin } from './options-within.js';
import type { Share } from './share.js';

/** Items of one variant that must be answered within about the same time. */
export interface VariantDemand {
  readonly variant: VariantId;
  /** Options that can answer in time. An item takes longer where the objective leaves little time for waiting. */
  readonly options: readonly Option[];
  readonly itemsPerSecond: number;
  /** Set if a solution does not answer these items, so that they get only what is left. */
  readonly isRest?: boolean;
  /** Replicas and load by class, if a solution states them. */
  readonly shares?: readonly Share[];
}

export interface DivisionInput {
  readonly snapshot: Pick<PlacementSnapshot, 'demand' | 'workers'>;
  readonly params: PlacementParams;
  readonly optionsWithin: OptionsWithin;
  readonly isHosted: (option: Option) => boolean;
}

/** A demand with the variant that answers it for now. */
interface Rung {
  readonly demand: Demand;
  readonly index: number;
  /** Options on classes that workers have. */
  readonly options: readonly Option[];
}

/** Divides the demand of a snapshot among variants. */
export function divideDemand({ snapshot, params, optionsWithin, isHosted }: DivisionInput): readonly VariantDemand[] {
  const rungAt = (demand: Demand, index: number): Rung | undefined => {
    const variant = demand.variants[index];
    return variant && { demand, index, options: optionsWithin(variant, demand.latencyMs).filter(isHosted) };
  };
  const first = snapshot.demand.flatMap((demand) => rungAt(demand, 0) ?? []);
  const rungs = stepDown(first, rungAt, () => createCompute(snapshot, params));
  return groupRungs(rungs, optionsWithin, params);
}

/** Returns rungs that the slots suffice for. If there are none, the demand that lacks slots takes the least time that it can. */
function stepDown(
  first: readonly Rung[],
  rungAt: (demand: Demand, index: number) => Rung | undefined,
  compute: () => ReturnType<typeof createCompute>,
): readonly Rung[] {
  let rungs = first;
  for (;;) {
    const { slots, classes } = shortageOf(rungs, compute());
    if (slots < minLoad) return rungs;
    const steps = rungs.flatMap((rung, at) => {
      const next = rung.options.some(({ hardwareClass }) => classes.has(hardwareClass))
        ? rungAt(rung.demand, rung.index + 1)
        : undefined;
      return next === undefined ? [] : [{ at, next, saved: loadOf(rung) - loadOf(next) }];
    });
    if (steps.length === 0) return rungs;
    const taken = new Map<number, Rung>();
    let saved = 0;
    for (const step of steps.toSorted((a, b) => b.saved - a.saved)) {
      if (saved >= slots) break;
      taken.set(step.at, step.next);
      saved += step.saved;
    }
    rungs = rungs.map((rung, at) => taken.get(at) ?? rung);
  }
}

/** Returns the slots that the rungs need beyond those of their classes, and these classes. */
function shortageOf(
  rungs: readonly Rung[],
  compute: ReturnType<typeof createCompute>,
): { readonly slots: number; readonly classes: ReadonlySet<HardwareClassId> } {
  const classes = new Set<HardwareClassId>();
  let slots = 0;
  for (const { demand, options } of rungs) {
    let { itemsPerSecond } = demand;
    for (const { hardwareClass, secondsPerItem } of options) {
      if (secondsPerItem === 0) itemsPerSecond = 0;
      if (itemsPerSecond === 0) break;
      const load = Math.max(0, Math.min(itemsPerSecond * secondsPerItem, compute.left(hardwareClass)));
      compute.take(hardwareClass, load);
      itemsPerSecond = Math.max(0, itemsPerSecond - load / secondsPerItem);
    }
    const missing = itemsPerSecond * (options[0]?.secondsPerItem ?? 0);
    if (missing < minLoad) continue;
    slots += missing;
    for (const { hardwareClass } of options) classes.add(hardwareClass);
  }
  return { slots, classes };
}

const loadOf = ({ demand, options }: Rung): number => demand.itemsPerSecond * (options[0]?.secondsPerItem ?? 0);

/** Adds up the demand of each variant whose times are in one half octave. */
function groupRungs(
  rungs: readonly Rung[],
  optionsWithin: OptionsWithin,
  params: PlacementParams,
): readonly VariantDemand[] {
  const groups = new Map<string, { variant: VariantId; latencyMs: Milliseconds; itemsPerSecond: number }>();
  for (const { demand, index } of rungs) {
    const { variants, latencyMs, itemsPerSecond } = demand;
    const variant = variants[index] ?? variants[0];
    const key = `${variant} ${Math.floor(2 * Math.log2(latencyMs))}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { variant, latencyMs, itemsPerSecond });
    else {
      group.itemsPerSecond += itemsPerSecond;
      if (latencyMs < group.latencyMs) group.latencyMs = latencyMs;
    }
  }
  return Array.from(groups.values(), ({ variant, latencyMs, itemsPerSecond }) => ({
    variant,
    options: withHeadroom(optionsWithin(variant, latencyMs), latencyMs, itemsPerSecond, params),
    itemsPerSecond,
  }));
}

const { hopMs } = defaultSelectParams;

/** Lengthens the time of an item where replicas can be used less than the target, because queries have little time to wait. */
function withHeadroom(
  options: readonly Option[],
  latencyMs: Milliseconds,
  itemsPerSecond: number,
  { targetUtilisation, maxLate }: PlacementParams,
): readonly Option[] {
  const utilisationOf = ({ secondsPerItem, batch, batchP99Ms }: Option): number => {
    const batchMs = 1000 * secondsPerItem * batch;
    if (batchMs === 0) return targetUtilisation;
    const slack = (latencyMs - hopMs - batchP99Ms) / batchMs;
    return utilisationWithin(itemsPerSecond * secondsPerItem, slack, maxLate, targetUtilisation);
  };
  const utilisations = options.map(utilisationOf);
  if (utilisations.every((utilisation) => utilisation === targetUtilisation)) return options;
  return options.map((option, at) => {
    const utilisation = utilisations[at] ?? targetUtilisation;
    return { ...option, secondsPerItem: (option.secondsPerItem * targetUtilisation) / utilisation };
  });
}
