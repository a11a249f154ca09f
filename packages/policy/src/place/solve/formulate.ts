// The replicas for the demand as an integer program: the README states it.

import type { HardwareClassId, Milliseconds, Program, ProgramColumn, ProgramRow, VariantId } from '@pareto/core';
import { missedParts } from '../../cost/miss-prices.js';
import type { PlanningContext } from '../context/context.js';
import { groupDemands, type DemandGroup } from './demand-groups.js';
import type { Option } from '../context/options.js';
import { dearestWorker, listHostKinds, slotUsd, type HostKind, type KindSlots } from '../context/host-kinds.js';
import type { Solution } from '../../snapshot/solution.js';
import type { SolveParams } from './solve-params.js';

/** The columns of a variant on the slots of one class of a kind of workers. */
interface PlaceColumns {
  readonly key: string;
  readonly variant: VariantId;
  readonly hardwareClass: HardwareClassId;
  readonly replicas: number;
  /** Column of the loads. Undefined if no replica exists, so that each is loaded. */
  readonly loads: number | undefined;
  /** Columns of the items per second, one for each group of demands that it answers. */
  readonly items: readonly ItemsColumn[];
}

/** The items per second of a group that a place answers. */
interface ItemsColumn {
  readonly group: string;
  readonly column: number;
  readonly secondsPerItem: number;
  /** Price of an item per second, without that of lost accuracy. */
  readonly usdPerItem: number;
}

export interface Formulated {
  readonly program: Program;
  /** Time and id of the snapshot. */
  readonly at: Milliseconds;
  readonly planId: string;
  /** Set if replicas are no integers of the program, because there are more than `maxIntegers` numbers of them. */
  readonly isRelaxed: boolean;
  /** Distance from the bound at which it counts as solved, and the time for it. */
  readonly limits: Pick<SolveParams, 'relativeGap' | 'cpuMs' | 'wallMs'>;
  /** Values of its columns from which a solver may start: the integers of the last solution, and 0. Undefined without one. */
  readonly start: readonly number[] | undefined;
  /** Items per second that it plans for each group, also for those that no measured variant answers. */
  readonly rates: ReadonlyMap<string, number>;
  readonly kinds: readonly HostKind[];
  /** Columns of the number of workers of each kind that hold replicas. */
  readonly used: readonly number[];
  readonly places: readonly PlaceColumns[];
}

const leastMissPrice = Math.min(...missedParts.map(({ price }) => price));

interface OpenRow {
  readonly columns: number[];
  readonly coefficients: number[];
}

/** Formulates the cheapest replicas for the demand of a snapshot. Undefined if the program has more than `maxColumns`. */
export function formulate(context: PlanningContext, params: SolveParams): Formulated | undefined {
  const { snapshot, isHosted } = context;
  const kinds = listHostKinds(snapshot.workers, snapshot.prices);
  const all = groupDemands(context, params);
  const groups = all.filter(({ options }) => options.size > 0);
  const rates = new Map(all.map(({ key, itemsPerSecond }) => [key, itemsPerSecond]));
  const builder = new ProgramBuilder(context, params, kinds);
  const demandRows = groups.map((group) => builder.addDemand(group));
  const items = itemsByVariant(groups, demandRows);
  const variants = new Set([...items.keys(), ...context.required.map(({ id }) => id)]);
  for (const variant of variants) {
    for (const option of (context.options.served.get(variant) ?? []).filter(isHosted))
      builder.addPlaces(variant, option, items.get(variant) ?? []);
    if (builder.columnCount > params.maxColumns) return undefined;
  }
  for (const { id, isIdle } of context.required) if (!isIdle) builder.atLeastOne(id);
  const { relativeGap, cpuMs, wallMs } = params;
  const limits = { relativeGap, cpuMs, wallMs };
  const { now: at, planId } = snapshot;
  const { used, places } = builder;
  const isRelaxed = places.length > params.maxIntegers;
  const program = builder.program(isRelaxed);
  const start = snapshot.solution && startOf(program, { kinds, used, places }, snapshot.solution);
  return { program, at, planId, isRelaxed, limits, start, rates, kinds, used, places };
}

/** Returns the numbers of workers and replicas of a solution, as far as the bounds of the columns allow them. */
function startOf(
  { columns }: Program,
  { kinds, used, places }: Pick<Formulated, 'kinds' | 'used' | 'places'>,
  { hosts, replicas }: Solution,
): readonly number[] {
  const start = columns.map(() => 0);
  const set = (column: number | undefined, value = 0): void => {
    if (column !== undefined) start[column] = Math.min(value, columns[column]?.upper ?? Infinity);
  };
  for (const [index, { key }] of kinds.entries()) set(used[index], hosts.get(key));
  for (const place of places) set(place.replicas, replicas.get(place.key));
  return start;
}

interface ItemsOf {
  readonly group: DemandGroup;
  readonly row: OpenRow;
}

function itemsByVariant(groups: readonly DemandGroup[], rows: readonly OpenRow[]): Map<VariantId, ItemsOf[]> {
  const byVariant = new Map<VariantId, ItemsOf[]>();
  for (const [index, group] of groups.entries()) {
    const row = rows[index];
    if (row === undefined) continue;
    for (const variant of group.options.keys()) {
      const own = byVariant.get(variant) ?? [];
      own.push({ group, row });
      byVariant.set(variant, own);
    }
  }
  return byVariant;
}

/** A program while its columns and rows are added. */
class ProgramBuilder {
  readonly used: readonly number[];
  readonly places: PlaceColumns[] = [];
  readonly #context: PlanningContext;
  readonly #params: SolveParams;
  readonly #kinds: readonly HostKind[];
  readonly #columns: ProgramColumn[] = [];
  readonly #rows: ProgramRow[] = [];
  /** Price of the most expensive worker. 1 if none has a price. */
  readonly #unitUsd: number;
  /** Price of an item per second without an answer, of which each part of a demand has a multiple. */
  readonly #missUsd: number;
  /** Rows that are complete once all columns are added, each with its bounds. */
  readonly #open: (OpenRow & Pick<ProgramRow, 'lower' | 'upper'>)[] = [];
  readonly #memory: readonly OpenRow[];
  readonly #slots = new Map<KindSlots, OpenRow>();
  readonly #deviceMemory = new Map<KindSlots, OpenRow>();
  readonly #demands: OpenRow[] = [];
  readonly #existing = new Map<string, number>();
  /** Columns of the replicas of each variant. */
  readonly #replicas = new Map<VariantId, number[]>();

  constructor(context: PlanningContext, params: SolveParams, kinds: readonly HostKind[]) {
    this.#context = context;
    this.#params = params;
    this.#kinds = kinds;
    this.#unitUsd = dearestWorker(kinds);
    this.#missUsd = params.missFactor * this.#unitUsd;
    const { releasesHosts, targetUtilisation } = context.params;
    this.used = kinds.map(({ usdPerHour, workers }) =>
      this.#column({ cost: releasesHosts ? usdPerHour : 0, upper: workers.length, isInteger: true }),
    );
    this.#memory = kinds.map(({ memoryBytes }, index) => this.#limit(this.used[index] ?? 0, memoryBytes / mebi));
    for (const [index, { groups }] of kinds.entries()) {
      for (const group of groups) {
        this.#slots.set(group, this.#limit(this.used[index] ?? 0, targetUtilisation * group.slots));
        if (group.deviceMemoryBytes < Infinity)
          this.#deviceMemory.set(group, this.#limit(this.used[index] ?? 0, group.deviceMemoryBytes / mebi));
      }
    }
    const { budgetUsdPerHour = Infinity } = context.params;
    // Without the second worker, the loss of one would leave nothing.
    const workers = kinds.reduce((sum, kind) => sum + kind.workers.length, 0);
    const atLeast = { lower: Math.min(2, workers), columns: [...this.used], coefficients: this.used.map(() => 1) };
    this.#rows.push(atLeast);
    if (budgetUsdPerHour < Infinity) {
      // A budget is spent on fewer workers if more of the demand is met by them.
      atLeast.columns.push(this.#column({ cost: 2 * this.#unitUsd, upper: atLeast.lower }));
      atLeast.coefficients.push(1);
      const coefficients = kinds.map(({ usdPerHour }) => usdPerHour);
      this.#rows.push({ upper: budgetUsdPerHour, columns: this.used, coefficients });
    }
    this.#countExisting();
  }

  get columnCount(): number {
    return this.#columns.length;
  }

  /** Adds a group of demands, whose row is extended by the columns that answer it. */
  addDemand({ itemsPerSecond }: DemandGroup): OpenRow {
    const missUsd = this.#missUsd / Math.min(1, itemsPerSecond);
    const columns = missedParts.map(({ share, price }) =>
      this.#column({ cost: price * missUsd, ...(share < Infinity && { upper: share * itemsPerSecond }) }),
    );
    const row = { lower: itemsPerSecond, columns, coefficients: columns.map(() => 1) };
    this.#open.push(row);
    this.#demands.push(row);
    return row;
  }

  /** Adds the columns of a variant on all workers with slots of a class. */
  addPlaces(variant: VariantId, option: Option, items: readonly ItemsOf[]): void {
    for (const [index, kind] of this.#kinds.entries())
      for (const group of kind.groups)
        if (group.hardwareClass === option.hardwareClass && holds(kind, group, option))
          this.#addPlace({ variant, option, items, kind, index, group });
  }

  /** Demands a replica of a variant, at half of the least price of unmet demand: memory may lack. */
  atLeastOne(variant: VariantId): void {
    const replicas = this.#replicas.get(variant);
    if (replicas === undefined) return;
    const columns = [...replicas, this.#column({ cost: (leastMissPrice * this.#missUsd) / 2, upper: 1 })];
    this.#rows.push({ lower: 1, columns, coefficients: columns.map(() => 1) });
  }

  program(isRelaxed: boolean): Program {
    // Demand that no place can answer must not hide the gap of the others.
    for (const { columns } of this.#demands)
      if (columns.length === missedParts.length) for (const column of columns) this.#columns[column] = { cost: 0 };
    const replicas = new Set(isRelaxed ? this.places.map((place) => place.replicas) : []);
    const columns = this.#columns.map((column, index) =>
      replicas.has(index) ? { ...column, isInteger: false } : column,
    );
    return { columns, rows: [...this.#rows, ...this.#open] };
  }

  #addPlace({ variant, option, items, kind, index, group }: Place): void {
    const { params } = this.#context;
    const usd = slotUsd(kind);
    const upper = group.slots * kind.workers.length;
    const loadMs = option.profile?.loadMs ?? 0;
    const loadUsd = Math.max(least * this.#unitUsd, (usd * loadMs) / this.#params.residencyMs);
    const key = placeKey(variant, kind, group);
    const existing = this.#existing.get(key) ?? 0;
    const replicas = this.#column({ cost: existing === 0 ? loadUsd : 0, upper, isInteger: true });
    this.#replicas.set(variant, [...(this.#replicas.get(variant) ?? []), replicas]);
    const loads = existing === 0 ? undefined : this.#column({ cost: loadUsd });
    if (loads !== undefined) this.#rows.push({ upper: existing, columns: [replicas, loads], coefficients: [1, -1] });
    extend(this.#memory[index], replicas, option.memoryBytes / mebi);
    extend(this.#deviceMemory.get(group), replicas, option.deviceMemoryBytes / mebi);
    const replicaRow = { upper: 0, columns: [replicas], coefficients: [-params.targetUtilisation] };
    const columns: ItemsColumn[] = [];
    for (const { group: demand, row } of items) {
      const own = demand.options.get(variant)?.find((one) => one.hardwareClass === group.hardwareClass);
      const secondsPerItem = own?.secondsOn(group.slots);
      if (own === undefined || secondsPerItem === undefined) continue;
      const usdPerItem = params.releasesHosts ? 0 : usd * secondsPerItem;
      const column = this.#column({ cost: usdPerItem + this.#accuracyUsd(demand, own.accuracyLoss) });
      columns.push({ group: demand.key, column, secondsPerItem, usdPerItem });
      extend(row, column, 1);
      extend(replicaRow, column, secondsPerItem);
      extend(this.#slots.get(group), column, secondsPerItem);
    }
    this.#rows.push(replicaRow);
    this.places.push({ key, variant, hardwareClass: group.hardwareClass, replicas, loads, items: columns });
  }

  #accuracyUsd({ prefersAccuracy, itemsPerSecond }: DemandGroup, loss: number): number {
    if (!prefersAccuracy) return 0;
    return (loss * this.#params.accuracyFactor * this.#unitUsd) / Math.min(1, itemsPerSecond);
  }

  #column(column: ProgramColumn): number {
    return this.#columns.push(column) - 1;
  }

  /** Starts a row: the sum of what is added is at most `each` times the value of a column. */
  #limit(column: number, each: number): OpenRow {
    const row = { upper: 0, columns: [column], coefficients: [-each] };
    this.#open.push(row);
    return row;
  }

  #countExisting(): void {
    const kindOf = new Map(this.#kinds.flatMap((kind) => kind.workers.map((worker) => [worker, kind] as const)));
    for (const { assignment, state } of this.#context.snapshot.replicas) {
      const kind = kindOf.get(assignment.worker);
      const group = kind?.groups.find(({ hardwareClass }) => hardwareClass === assignment.hardwareClass);
      if (kind === undefined || group === undefined || state === 'failed' || state === 'draining') continue;
      const key = placeKey(assignment.variant, kind, group);
      this.#existing.set(key, (this.#existing.get(key) ?? 0) + 1);
    }
  }
}

interface Place {
  readonly variant: VariantId;
  readonly option: Option;
  readonly items: readonly ItemsOf[];
  readonly kind: HostKind;
  readonly index: number;
  readonly group: KindSlots;
}

const mebi = 2 ** 20;
/** Least price of a load, as a part of the price of a worker, so that a plan without a reason for it loads nothing. */
const least = 1e-5;

const holds = (kind: HostKind, group: KindSlots, option: Option): boolean =>
  group.slots > 0 &&
  option.memoryBytes <= kind.memoryBytes &&
  (group.deviceMemoryBytes === Infinity || option.deviceMemoryBytes <= group.deviceMemoryBytes);

const placeKey = (variant: VariantId, { key }: HostKind, { hardwareClass }: KindSlots): string =>
  `${variant} ${hardwareClass} ${key}`;

function extend(row: OpenRow | undefined, column: number, coefficient: number): void {
  row?.columns.push(column);
  row?.coefficients.push(coefficient);
}
