import assert from 'node:assert/strict';
import { addTo, fallbackObjective, milliseconds, variantId, type Objective, type VariantId } from '@pareto/core';
import fc from 'fast-check';
import {
  createDemandWindow,
  objectiveClass,
  strictestOf,
  type DemandEntry,
  type TargetDemand,
  type TargetRates,
} from '../../src/index.js';

const [spanMs, silentMs, bucketMs, maxClasses] = [5_000, 10_000, 500, 64];

/** A report, and the time since the one before it. */
interface Sent {
  readonly router: string;
  readonly afterMs: number;
  readonly windowMs: number;
  readonly entries: readonly DemandEntry[];
}

interface Report extends Sent {
  readonly at: number;
}

/** Reports that a router sent within half a second. */
interface Bucket {
  readonly reports: readonly Report[];
  readonly weight: number;
}

interface Class extends TargetDemand {
  objective: Objective;
  itemsPerSecond: number;
  missedPerSecond: number;
  readonly answered: Map<VariantId, number>;
}

/** Classes by name, of each target. */
type Classes = Map<string, Map<string, Class>>;

/** Keeps all reports, and adds them up when it is read. */
function createReference() {
  const routers = new Map<string, Report[]>();
  function dropSilent(now: number): void {
    for (const [id, reports] of routers) if (now - (reports.at(-1)?.at ?? 0) >= silentMs) routers.delete(id);
  }
  function buckets(now: number): readonly Bucket[] {
    dropSilent(now);
    return [...routers.values()].flatMap((reports) => bucketsOf(reports, now));
  }
  return {
    add(report: Report): void {
      if (!routers.has(report.router)) dropSilent(report.at);
      routers.set(report.router, [...(routers.get(report.router) ?? []), report]);
    },
    demands(now: number): readonly TargetDemand[] {
      const totals: Classes = new Map();
      for (const { reports, weight } of buckets(now)) {
        const sums: Classes = new Map();
        for (const { entries, windowMs } of reports)
          for (const entry of entries) addEntry(sums, entry, 1_000 / Math.max(spanMs, windowMs));
        for (const [key, classes] of sums)
          for (const [name, each] of classes) addClass(totals, key, name, each, weight);
      }
      return [...totals.values()].flatMap((classes) => [...classes.values()]);
    },
    byTarget(now: number): ReadonlyMap<string, TargetRates> {
      const sums = new Map<string, TargetRates>();
      const all = buckets(now).flatMap(({ reports, weight }) => reports.map((report) => ({ ...report, weight })));
      for (const { entries, windowMs, weight } of all) {
        const perSecond = (weight * 1_000) / Math.max(spanMs, windowMs);
        for (const { target, requests, refused, violations } of entries) {
          const before = sums.get(target);
          sums.set(target, {
            requestsPerSecond: (before?.requestsPerSecond ?? 0) + requests * perSecond,
            refusedPerSecond: (before?.refusedPerSecond ?? 0) + refused * perSecond,
            violationsPerSecond: (before?.violationsPerSecond ?? 0) + violations * perSecond,
          });
        }
      }
      return sums;
    },
  };
}

/** Returns the buckets that count, the latest first. */
function bucketsOf(reports: readonly Report[], now: number): readonly Bucket[] {
  const buckets: Report[][] = [];
  for (const report of reports) {
    const last = buckets.at(-1);
    if (last?.[0] !== undefined && report.at - last[0].at < bucketMs) last.push(report);
    else buckets.push([report]);
  }
  const recent = buckets.filter(([first]) => first !== undefined && now - first.at < spanMs);
  let leftMs = spanMs;
  return recent.toReversed().flatMap((own) => {
    const windowMs = own.reduce((sum, each) => sum + Math.min(spanMs, each.windowMs), 0);
    const weight = Math.max(0, Math.min(1, leftMs / windowMs));
    leftMs -= windowMs;
    return weight === 0 ? [] : [{ reports: own, weight }];
  });
}

function addEntry(sums: Classes, entry: DemandEntry, perSecond: number): void {
  const { tenant, target, objective, offeredItems: itemsPerSecond, itemsByVariant: answered } = entry;
  const { requests, items, refused, infeasible, violations } = entry;
  const missedPerSecond = requests > 0 ? (Math.max(0, refused + violations - infeasible) * items) / requests : 0;
  if (itemsPerSecond === 0 && missedPerSecond === 0 && answered.size === 0) return;
  const className = objectiveClass(objective);
  const rates = { itemsPerSecond, latestPerSecond: 0, missedPerSecond };
  const demand = { tenant, target, className, objective, ...rates, answered };
  addClass(sums, `${tenant} ${target}`, className, demand, perSecond);
}

function addClass(sums: Classes, key: string, name: string, demand: TargetDemand, weight: number): void {
  const classes = sums.get(key) ?? new Map<string, Class>();
  sums.set(key, classes);
  const own = classes.size < maxClasses || classes.has(name) ? name : '';
  const sum = classes.get(own) ?? {
    ...demand,
    className: own,
    itemsPerSecond: 0,
    missedPerSecond: 0,
    answered: new Map<VariantId, number>(),
  };
  classes.set(own, sum);
  sum.objective = strictestOf(sum.objective, demand.objective);
  sum.itemsPerSecond += demand.itemsPerSecond * weight;
  sum.missedPerSecond += demand.missedPerSecond * weight;
  for (const [variant, items] of demand.answered) addTo(sum.answered, variant, items * weight);
}

const count = fc.nat({ max: 1_000 });
const answered = fc.dictionary(fc.constantFrom('a:original', 'a:fp16', 'b:original'), fc.integer({ min: 1, max: 99 }));

/** Entries of consecutive classes, with objectives that differ within their class. */
const entries = fc
  .record({
    ...{ tenant: fc.constantFrom('default', 'other'), target: fc.constantFrom('t', 'u', 'v') },
    ...{ first: fc.nat({ max: 80 }), classes: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 90 })) },
    ...{ factor: fc.constantFrom(1.001, 1.01, 1.02), service: fc.constantFrom('online', 'offline') },
    ...{
      offeredItems: count,
      items: count,
      requests: count,
      refused: count,
      infeasible: count,
      violations: count,
      answered,
    },
  })
  .map(({ first, classes, factor, service, answered: items, ...fields }) =>
    Array.from({ length: classes }, (_, index): DemandEntry => {
      const latencyMs = milliseconds(1.05 ** (first + index) * factor);
      return {
        ...{ ...fields, objective: { ...fallbackObjective, latencyMs, class: service }, failed: 0 },
        itemsByVariant: new Map(Object.entries(items).map(([id, each]) => [variantId(id), each])),
        ...{ held: new Map(), latencyCounts: new Map() },
      };
    }),
  );
const sent: fc.Arbitrary<Sent> = fc.record({
  router: fc.constantFrom('r', 'r2', 'r3', 'r4'),
  afterMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 3_000 }), fc.constant(6_000)),
  windowMs: fc.constantFrom(100, 1_000, 1_000, 3_000, 60_000),
  entries: fc.array(entries, { maxLength: 3 }).map((all) => all.flat()),
});

const keyOf = ({ tenant, target, objective }: TargetDemand): string => JSON.stringify([tenant, target, objective]);
const sorted = (demands: readonly TargetDemand[]): readonly TargetDemand[] =>
  demands.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b)) || a.itemsPerSecond - b.itemsPerSecond);
const compareKeys = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

function assertClose(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected), `${actual} is not ${expected}`);
}

function assertSameCounts(actual: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): void {
  assert.equal(actual.size, expected.size);
  for (const [key, value] of expected) assertClose(actual.get(key) ?? NaN, value);
}

function assertSameDemands(actual: readonly TargetDemand[], expected: readonly TargetDemand[]): void {
  const [own, other] = [sorted(actual), sorted(expected)];
  assert.deepEqual(own.map(keyOf), other.map(keyOf));
  for (const [index, demand] of other.entries()) {
    assertClose(own[index]?.itemsPerSecond ?? 0, demand.itemsPerSecond);
    assertClose(own[index]?.missedPerSecond ?? 0, demand.missedPerSecond);
    assertSameCounts(own[index]?.answered ?? new Map(), demand.answered);
  }
  const rates = actual.map(({ itemsPerSecond }) => itemsPerSecond);
  assert.deepEqual(
    rates,
    rates.toSorted((a, b) => b - a),
  );
}

function assertSameRates(actual: ReadonlyMap<string, TargetRates>, expected: ReadonlyMap<string, TargetRates>): void {
  assert.equal(actual.size, expected.size);
  for (const [target, rates] of expected)
    assertSameCounts(new Map(Object.entries(actual.get(target) ?? {})), new Map(Object.entries(rates)));
}

describe('the sums of the demand window', () => {
  it('are those of all reports that count, added up one by one', () => {
    const reads = fc.array(fc.record({ isRead: fc.boolean(), afterMs: fc.nat({ max: 6_000 }) }));
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 20 }), reads, (all, readings) => {
        const [window, reference] = [createDemandWindow(), createReference()];
        let now = 0;
        const compare = (): void => {
          assertSameDemands(window.demands(milliseconds(now)), reference.demands(now));
          assertSameRates(window.byTarget(milliseconds(now)), reference.byTarget(now));
        };
        for (const [index, report] of all.entries()) {
          now += report.afterMs;
          reference.add({ ...report, at: now });
          const { router, entries: own, windowMs } = report;
          window.add(router, { windowMs: milliseconds(windowMs), entries: own, limitsReached: [] }, milliseconds(now));
          const { isRead = false, afterMs = 0 } = readings[index] ?? {};
          if (!isRead) continue;
          now += afterMs;
          compare();
        }
        compare();
      }),
    );
  });
});
