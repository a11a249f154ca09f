// The steps (files and measurements) that can start now, the most urgent first.

import {
  addTo,
  architectureNameOf,
  dynamicBatch,
  groupBy,
  originalRecipe,
  sameItems,
  type Architecture,
  type HardwareClassId,
  type VariantId,
} from '@pareto/core';
import { fleetClasses, type FleetClass } from '../../make/fleet-classes.js';
import { isStale, listMeasures } from '../../make/list-measures.js';
import { listSteps } from '../../make/list-steps.js';
import { repeatAt } from '../../make/noisy-measurements.js';
import type { Step } from '../../make/step.js';
import { deviceMemory } from '../../share/device-memory.js';
import type { PlanningContext } from '../context/context.js';
import type { Footprint } from '../context/footprint.js';
import { makingBound, memoryBound } from '../context/options.js';
import type { Order } from '../ledger/ledger.js';
import type { PlacementArchitecture, PlacementVariant } from '../../snapshot/snapshot.js';
import { classKey, isServed } from '../../snapshot/versions.js';

/** A step, with the maximum memory that it may use. */
export interface OpenStep extends Footprint {
  readonly architecture: string;
  readonly version: number;
  readonly recipe: string;
  /** Variant and class of a measurement. Undefined for a step that generates a file. */
  readonly variant: VariantId | undefined;
  readonly hardwareClass: HardwareClassId | undefined;
  /** Set if queries are held for the variant, and it is not loaded before it is measured. */
  readonly isHeld: boolean;
  /** Set if the step starts only while no worker generates or measures, because they may share a machine. */
  readonly isAlone: boolean;
  /** Items per second that the variants of the architecture must answer. */
  readonly itemsPerSecond: number;
  readonly order: Order;
}

/**
 * Returns first the steps with held queries, then the first steps of each model, then all others; each of them by demand,
 * then by model and in the order of steps. The noisy measurements that are due come last.
 */
export function listOpenSteps(context: PlanningContext): readonly OpenStep[] {
  const steps = [...currentSteps(context), ...servedSteps(context)];
  const byUrgency = steps.toSorted((a, b) => urgencyOf(a) - urgencyOf(b) || b.itemsPerSecond - a.itemsPerSecond);
  return [...byUrgency, ...noisySteps(context)];
}

/** Returns a function that returns the demand for all variants of an architecture. */
function demandByArchitecture({ demands }: PlanningContext): (architecture: string) => number {
  const demand = new Map<string, number>();
  for (const { variant, itemsPerSecond } of demands) addTo(demand, architectureNameOf(variant), itemsPerSecond);
  return (architecture) => demand.get(architecture) ?? 0;
}

/** Returns the variants with held queries that are not loaded before they are measured. */
const heldUnmeasured = ({ snapshot, options }: PlanningContext): ReadonlySet<VariantId> =>
  new Set(snapshot.held.filter((id) => (options.served.get(id) ?? []).length === 0));

function urgencyOf({ isHeld, recipe }: OpenStep): number {
  if (isHeld) return 0;
  return recipe === originalRecipe || recipe === dynamicBatch ? 1 : 2;
}

function currentSteps(context: PlanningContext): readonly OpenStep[] {
  const { snapshot, params } = context;
  const classes = fleetClasses(snapshot.workers);
  const classesText = textOf(classes);
  const variants = groupBy(snapshot.variants, ({ variant }) => variant.architecture);
  const held = heldUnmeasured(context);
  const demandOf = demandByArchitecture(context);
  return snapshot.architectures.flatMap((planned) => {
    const { name, version } = planned.architecture;
    const own = (variants.get(name) ?? []).filter(({ variant }) => variant.version === version);
    return stepsOf(planned, own, classes, classesText).flatMap((step): readonly OpenStep[] => {
      if (step.state !== 'open' || step.waitsFor !== undefined) return [];
      const itemsPerSecond = demandOf(name);
      if (step.kind === 'measure') return measureSteps(own, step, { held, itemsPerSecond, params });
      const { recipe, detail: reason } = step;
      const named = { architecture: name, version, recipe };
      const order: Order = { kind: 'make', ...named, reason };
      const memory = { memoryBytes: makingBound(planned.architecture, recipe, params), deviceMemoryBytes: 0 };
      const unnamed = { variant: undefined, hardwareClass: undefined };
      return [{ ...named, ...unnamed, isHeld: false, isAlone: false, itemsPerSecond, ...memory, order }];
    });
  });
}

interface ListedSteps {
  readonly basis: readonly unknown[];
  readonly steps: readonly Step[];
}

/** The steps that were listed last for an architecture. */
const listed = new WeakMap<Architecture, ListedSteps>();

/** Calls `listSteps`, unless its arguments are the same as last time: most models do not change between two plans. */
function stepsOf(
  planned: PlacementArchitecture,
  variants: readonly PlacementVariant[],
  classes: readonly FleetClass[],
  classesText: string,
): readonly Step[] {
  const { architecture, outcomes } = planned;
  const basis = [outcomes, classesText, ...variants];
  const known = listed.get(architecture);
  if (known !== undefined && sameItems(known.basis, basis)) return known.steps;
  const steps = listSteps(planned, variants, classes);
  listed.set(architecture, { basis, steps });
  return steps;
}

const textOf = (classes: readonly FleetClass[]): string =>
  classes.map(({ id, environments }) => [id, ...environments].join(' ')).join('\n');

/** Returns the measurements of existing files of older versions that are still served. */
function servedSteps(context: PlanningContext): readonly OpenStep[] {
  const { snapshot, versions, params } = context;
  const older = snapshot.variants.filter(
    (one) => isServed(one, versions) && versions.get(one.variant.architecture)?.next !== undefined,
  );
  if (older.length === 0) return [];
  const classes = fleetClasses(snapshot.workers);
  const held = heldUnmeasured(context);
  const demandOf = demandByArchitecture(context);
  return older.flatMap((one) =>
    listMeasures(one, classes)
      .filter(({ state }) => state === 'open')
      .flatMap((step) =>
        measureSteps([one], step, { held, itemsPerSecond: demandOf(one.variant.architecture), params }),
      ),
  );
}

/** Returns the noisy measurements that are due, if nothing else lets the variant be measured again. */
function noisySteps(context: PlanningContext): readonly OpenStep[] {
  const { snapshot, horizon, params } = context;
  if (snapshot.noisy.size === 0) return [];
  const replicas = groupBy(snapshot.replicas, ({ assignment }) => assignment.worker);
  const hasQuietWorker = (hardwareClass: HardwareClassId): boolean =>
    snapshot.workers.some(
      ({ info }) =>
        info.slotGroups.some((group) => group.hardwareClass.id === hardwareClass) &&
        (replicas.get(info.id) ?? []).every(({ lastUsedAt }) => horizon.hasCome(lastUsedAt + params.repeatQuietMs)),
    );
  const classes = fleetClasses(snapshot.workers);
  const demandOf = demandByArchitecture(context);
  const steps = snapshot.variants.flatMap((one) =>
    one.measurements.flatMap((known): readonly OpenStep[] => {
      const noisy = snapshot.noisy.get(classKey(known));
      const own = classes.find(({ id }) => id === known.hardwareClass);
      if (noisy === undefined || own === undefined || isStale(known, own)) return [];
      const { recipe, architecture, quarantineReason } = one.variant;
      if (quarantineReason !== undefined || !horizon.hasCome(repeatAt(noisy))) return [];
      if (!hasQuietWorker(known.hardwareClass)) return [];
      const detail = 'its profile is noisy';
      const step = { ...known, kind: 'measure', recipe, state: 'open', detail, waitsFor: undefined } as const;
      return measureSteps([one], step, { held: new Set(), itemsPerSecond: demandOf(architecture), params });
    }),
  );
  return steps.map((step) => ({ ...step, isAlone: true }));
}

interface MeasureTerms extends Pick<PlanningContext, 'params'> {
  readonly held: ReadonlySet<VariantId>;
  readonly itemsPerSecond: number;
}

function measureSteps(
  variants: readonly PlacementVariant[],
  { variant: id, hardwareClass, detail: reason }: Step,
  { held, itemsPerSecond, params }: MeasureTerms,
): readonly OpenStep[] {
  const measured = variants.find(({ variant }) => variant.id === id);
  if (measured === undefined || id === undefined || hardwareClass === undefined) return [];
  const { architecture, version, recipe } = measured.variant;
  const order: Order = { kind: 'measure', variant: id, version, hardwareClass, reason };
  const named = { architecture, version, recipe, variant: id, hardwareClass };
  return [
    {
      ...named,
      isHeld: held.has(id),
      isAlone: false,
      itemsPerSecond,
      memoryBytes: memoryBound(measured, params),
      deviceMemoryBytes: deviceMemory(measured.variant, undefined, params),
      order,
    },
  ];
}
