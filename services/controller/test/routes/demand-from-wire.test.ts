import assert from 'node:assert/strict';
import { fallbackObjective, milliseconds, variantId } from '@pareto/core';
import type { DemandEntry } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { describe, it } from 'mocha';
import { demandFromWire } from '../../src/routes/demand-from-wire.js';

/** Returns the entry that a router of release 0.3 sends, with more fields if given. */
function read(fields: Partial<wire.DemandEntry>): DemandEntry | undefined {
  const counts = { requests: 0, items: 0, refused: 0, infeasible: 0, violations: 0, held: 0, failed: 0 };
  const message = { ...counts, tenant: 'default', target: 't', objective: null, heldVariant: '', itemsByVariant: {} };
  return demandFromWire({
    ...{ windowMs: 1_000, limitsReached: [{ limit: 'rank', count: 2 }] },
    entries: [{ ...message, latencyCounts: {}, ...fields }],
  }).entries[0];
}

describe('a report of demand', () => {
  it('is read with all counts', () => {
    const objective: wire.Objective = {
      ...{ latencyMs: 50, _latencyMs: 'latencyMs', minAccuracy: 0.9, _minAccuracy: 'minAccuracy' },
      ...{ class: 'OFFLINE', accuracyBound: 'LOWER95', degrade: 'ALLOW', prefer: 'ACCURACY' },
    };
    const counts = { requests: 9, items: 18, refused: 1, infeasible: 1, violations: 2, failed: 3 };
    const maps = { itemsByVariant: { 'a:fp16': 16 }, latencyCounts: { 12: 8 } };
    const entry = read({ ...counts, ...maps, objective, offeredItems: 30, held: 4, heldVariant: 'b:original' });
    assert.deepEqual(entry, {
      ...{ tenant: 'default', target: 't', ...counts, offeredItems: 30 },
      objective: {
        ...{ latencyMs: milliseconds(50), minAccuracy: 0.9, maxCostPer1k: undefined },
        ...{ class: 'offline', accuracyBound: 'lower95', degrade: 'allow', prefer: 'accuracy' },
      },
      held: new Map([[variantId('b:original'), 4]]),
      itemsByVariant: new Map([[variantId('a:fp16'), 16]]),
      latencyCounts: new Map([[12, 8]]),
    });
  });

  it('of a router that sends no preference prefers cost, unless the objective is that of queries that state none', () => {
    const sent = (latencyMs: number): wire.Objective => ({
      ...{ latencyMs, _latencyMs: 'latencyMs', class: 'ONLINE', accuracyBound: 'POINT', degrade: 'FORBID' },
      prefer: 'PREFER_UNSPECIFIED',
    });
    const preferOf = (latencyMs: number) => read({ objective: sent(latencyMs) })?.objective.prefer;
    assert.deepEqual([preferOf(50), preferOf(fallbackObjective.latencyMs)], ['cost', 'accuracy']);
  });

  it('has the fallback objective if the router sends none', () => {
    assert.deepEqual(read({})?.objective, fallbackObjective);
  });

  const releases: readonly (readonly [string, Partial<wire.DemandEntry>, number])[] = [
    ['answered items', { requests: 5, itemsByVariant: { a: 10, b: 20 } }, 30],
    [
      'refused and failed queries like answered ones',
      { requests: 8, refused: 3, failed: 2, itemsByVariant: { a: 20 } },
      40,
    ],
    ['one item for each query if none is answered', { requests: 8, refused: 8, failed: 2, items: 1_000_000 }, 10],
    ['no items of held queries', { held: 3, heldVariant: 'a' }, 0],
  ];
  for (const [name, fields, offeredItems] of releases) {
    it(`of release 0.3 counts as offered: ${name}`, () => {
      assert.equal(read(fields)?.offeredItems, offeredItems);
    });
  }

  it('has the offered items that the router sends, also 0', () => {
    assert.equal(read({ offeredItems: 0, requests: 5, itemsByVariant: { a: 10 } })?.offeredItems, 0);
  });
});
