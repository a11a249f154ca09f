import assert from 'node:assert/strict';
import { fallbackObjective, milliseconds, variantId } from '@pareto/core';
import fc from 'fast-check';
import { planDemandReport, type DemandEntry } from '../../src/index.js';

const variants = ['a:original', 'a:fp16', 'b:original'].map(variantId);

function entryOf(target: string, latencyMs: number, counts: Partial<DemandEntry> = {}): DemandEntry {
  return {
    ...{ tenant: 'default', target, objective: { ...fallbackObjective, latencyMs: milliseconds(latencyMs) } },
    ...{ offeredItems: 1, requests: 1, items: 1, refused: 0, infeasible: 0, violations: 0, failed: 0 },
    ...{ held: new Map(), itemsByVariant: new Map(), latencyCounts: new Map() },
    ...counts,
  };
}

const count = fc.nat({ max: 1_000 });
const byVariant = fc
  .dictionary(fc.constantFrom(...variants), fc.integer({ min: 1, max: 1_000 }))
  .map((counts) => new Map(Object.entries(counts).map(([name, value]) => [variantId(name), value])));
const entry = fc
  .record({
    ...{ target: fc.constantFrom('a', 'b', 'c', 'd', 'e'), latencyMs: fc.integer({ min: 1, max: 10_000 }) },
    ...{
      offeredItems: count,
      requests: count,
      items: count,
      refused: count,
      infeasible: count,
      violations: count,
      failed: count,
    },
    ...{ held: byVariant, itemsByVariant: byVariant },
    latencyCounts: fc.array(fc.tuple(fc.nat({ max: 96 }), fc.integer({ min: 1, max: 9 }))).map((all) => new Map(all)),
  })
  .map(({ target, latencyMs, ...counts }) => entryOf(target, latencyMs, counts));

/** Returns the totals of each target. */
function totalsOf(entries: readonly DemandEntry[]): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {};
  const add = (key: string, value: number): void => void (totals[key] = (totals[key] ?? 0) + value);
  for (const { target, tenant: _tenant, objective: _objective, ...counts } of entries) {
    for (const [name, value] of Object.entries(counts)) {
      if (typeof value === 'number') add(`${target} ${name}`, value);
      else for (const [key, part] of value) add(`${target} ${name} ${key}`, part);
    }
  }
  return totals;
}

describe('the report of demand', () => {
  it('has the exact totals of each target, and at most the maximum number of entries', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (entries, maxEntries) => {
        const report = planDemandReport(entries, { maxEntries });
        assert.deepEqual(totalsOf(report), totalsOf(entries));
        assert.ok(report.length <= Math.max(maxEntries, new Set(entries.map(({ target }) => target)).size));
        if (entries.length <= maxEntries) assert.equal(report.length, entries.length);
      }),
    );
  });

  it('never understates the objective of an entry', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 40 }), (entries) => {
        const report = planDemandReport(entries, { maxEntries: 3 });
        const strictest = (all: readonly DemandEntry[], of: string): number =>
          Math.min(...all.filter(({ target }) => target === of).map(({ objective }) => objective.latencyMs));
        for (const { target } of entries) assert.equal(strictest(report, target), strictest(entries, target));
      }),
    );
  });

  it('keeps the entries of a target while another has thousands of objectives', () => {
    const flood = Array.from({ length: 4_096 }, (_, index) => entryOf('flooded', index + 1, { requests: 1_000 }));
    const others = [entryOf('quiet', 100), entryOf('quiet', 200), entryOf('other', 50, { refused: 1 })];
    const report = planDemandReport([...flood, ...others], { maxEntries: 256 });
    assert.equal(report.length, 256);
    for (const each of others) assert.ok(report.includes(each));
    assert.equal(report.filter(({ target }) => target === 'flooded').length, 253);
  });

  it('keeps one entry per target if there are more targets than entries', () => {
    const entries = Array.from({ length: 300 }, (_, index) => entryOf(`target-${index}`, 100));
    assert.equal(planDemandReport(entries, { maxEntries: 256 }).length, 300);
  });

  it('lists entries with held queries first, then the most offered items, then the most requests', () => {
    const held = entryOf('a', 1, { held: new Map([[variantId('a:original'), 1]]), offeredItems: 0 });
    const [few, many] = [entryOf('a', 2), entryOf('b', 3, { requests: 9 })];
    const failed = entryOf('c', 4, { offeredItems: 9, requests: 0 });
    assert.deepEqual(planDemandReport([few, many, failed, held], { maxEntries: 9 }), [held, failed, many, few]);
  });
});
