// Loads and counters: everything is counted once even if writes fail or conflict, within the store's limits.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { milliseconds, noCounts, variantId, workerId, type ReplicaReport } from '@pareto/core';
import { openEmbeddedStore, type Compare, type Operation, type Store, type Transaction } from '@pareto/state';
import { createLogger } from '@pareto/telemetry';
import { createManualClock, createTempFolder } from '@pareto/testkit';
import type { Term } from '../../src/leadership/leadership.js';
import { createLoadFlusher, type ReportedLoad } from '../../src/loads/load-flusher.js';
import { countsOf, flushLimits, planFlush, type FlushPlan, type UnwrittenLoads } from '../../src/loads/plan-flush.js';
import { createRecordTables, type RecordTables } from '../../src/storage/record-tables.js';
import type { LoadRecord } from '../../src/storage/records.js';
import { reportOf } from '../support/reports.js';

/** Returns the transaction of a leader, with a fence. */
const fenced = ({ compares, operations }: FlushPlan): Transaction => ({
  ...{ compares: [{ kind: 'absent', key: 'fence' }, ...compares], operations },
});

const countOf = (replica: string, variant: string, count: number): ReplicaReport =>
  reportOf(replica, {
    variant: variantId(variant),
    ...{ requests: count, items: count, executions: count, busyMs: milliseconds(count) },
  });
const loadOf = (worker: string, incarnation: string, ...replicas: readonly ReplicaReport[]): LoadRecord => ({
  ...{ worker: workerId(worker), incarnation, present: true, replicas },
});

/** Registers variants, and returns record tables that follow the store only when `catchUp` is called. */
async function openFixture(
  store: Store,
  variants: readonly string[],
): Promise<{ tables: RecordTables; catchUp: () => Promise<void> }> {
  const tables = createRecordTables(() => assert.fail('unreadable'));
  const catchUp = async (): Promise<void> => void tables.replaceAll((await store.range('')).entries);
  for (const variant of variants) {
    const put = { kind: 'put', key: `variant/default/${variant}/1`, value: '{}' } as const;
    await store.transact({ compares: [], operations: [put] });
  }
  await catchUp();
  return { tables, catchUp };
}

async function counted(store: Store, variant: string): Promise<number> {
  const { entry } = await store.get(`counter/default/${variant}/1`);
  return entry === undefined ? 0 : (JSON.parse(entry.value) as { items: number }).items;
}

describe('flushing loads', () => {
  let at = 0;
  const withStore = async (use: (store: Store) => Promise<void>): Promise<void> => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file(`store-${at++}`), { clock: createManualClock() });
    await use(store);
  };

  it('counts once, even if writes are retried and the mirror is late', async () => {
    const round = fc.record({
      worker: fc.constantFrom('w1', 'w2'),
      more: fc.integer({ min: 0, max: 9 }),
      restarts: fc.boolean(),
      mirrorIsLate: fc.boolean(),
      retried: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(round, { maxLength: 25 }), async (rounds) => {
        await withStore(async (store) => {
          const { tables, catchUp } = await openFixture(store, ['tiny:original']);
          const state = new Map<string, { incarnation: number; count: number }>();
          const waiting = new Map<string, UnwrittenLoads>();
          let truth = 0;
          let before = 0;
          for (const { worker, more, restarts, mirrorIsLate, retried } of rounds) {
            const known = state.get(worker) ?? { incarnation: 0, count: 0 };
            const now = restarts
              ? { incarnation: known.incarnation + 1, count: more }
              : { ...known, count: known.count + more };
            state.set(worker, now);
            truth += more;
            const load = loadOf(worker, String(now.incarnation), countOf('a', 'tiny:original', now.count));
            const earlier = (waiting.get(worker) ?? []).filter((one) => one.incarnation !== load.incarnation);
            waiting.set(worker, [...earlier, load]);
            const plan = planFlush(waiting.values(), tables.view, flushLimits);
            if (plan.operations.length === 0) continue;
            const result = await store.transact(fenced(plan));
            if (retried) assert.equal((await store.transact(fenced(plan))).kind, 'conflict');
            if (!mirrorIsLate) await catchUp();
            if (result.kind === 'committed') for (const id of plan.done) waiting.delete(id);
            const total = await counted(store, 'tiny:original');
            assert.ok(total >= before && total <= truth, 'the total grows, and never beyond the true count');
            before = total;
          }
          await catchUp();
          const rest = planFlush(waiting.values(), tables.view, flushLimits);
          if (rest.operations.length > 0) await store.transact(fenced(rest));
          assert.equal(await counted(store, 'tiny:original'), truth);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('fits many workers into transactions of the allowed size, counters of one variant together', async () => {
    await withStore(async (store) => {
      const { tables, catchUp } = await openFixture(store, ['tiny:original']);
      const unwrittenLoads = Array.from({ length: 300 }, (_, i) => [
        loadOf(`w${i}`, '1', countOf(`r${i}`, 'tiny:original', 2)),
      ]);
      const waiting = new Map(unwrittenLoads.map((loads) => [loads[0]?.worker, loads]));
      let transactions = 0;
      for (; waiting.size > 0; transactions += 1) {
        const plan = planFlush(waiting.values(), tables.view, flushLimits);
        assert.ok(plan.operations.length <= flushLimits.operations);
        assert.equal((await store.transact(fenced(plan))).kind, 'committed');
        for (const id of plan.done) waiting.delete(id);
        await catchUp();
      }
      assert.equal(transactions, 3);
      assert.equal(await counted(store, 'tiny:original'), 600);
    });
  });

  it('splits a worker with more variants than fit into one transaction', async () => {
    const variants = Array.from({ length: 200 }, (_, i) => `m${i}:original`);
    await withStore(async (store) => {
      const { tables, catchUp } = await openFixture(store, variants);
      const loads = [loadOf('w1', '1', ...variants.map((variant, i) => countOf(`r${i}`, variant, 5)))];
      for (let round = 0; ; round += 1) {
        assert.ok(round < 5);
        const plan = planFlush([loads], tables.view, flushLimits);
        assert.ok(plan.operations.length <= flushLimits.operations);
        if (plan.operations.length > 0) assert.equal((await store.transact(fenced(plan))).kind, 'committed');
        await catchUp();
        if (plan.done.length > 0) break;
      }
      for (const variant of variants) assert.equal(await counted(store, variant), 5);
    });
  });

  it('writes nothing when nothing has changed', async () => {
    await withStore(async (store) => {
      const { tables, catchUp } = await openFixture(store, ['tiny:original']);
      const loads = [loadOf('w1', '1', countOf('a', 'tiny:original', 1))];
      await store.transact(planFlush([loads], tables.view, flushLimits));
      await catchUp();
      assert.deepEqual(planFlush([loads], tables.view, flushLimits), { compares: [], operations: [], done: ['w1'] });
    });
  });

  it('stores the time of the last inference, and writes nothing when only its age changes', async () => {
    await withStore(async (store) => {
      const { tables, catchUp } = await openFixture(store, ['tiny:original']);
      const clock = createManualClock();
      await clock.advance(10_000);
      const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
      const leader = fakeLeader(store, catchUp);
      const flusher = createLoadFlusher({ leader, mirror: { records: tables.view }, clock, logger });
      const reported = (count: number, age: number): ReportedLoad => {
        const counts = { ...noCounts, success: { count, ns: count }, lastInferenceAgeMs: milliseconds(age) };
        return loadOf('w1', '1', { ...countOf('a', 'tiny:original', count), counts });
      };
      const lastAt = (): number | undefined => [...tables.view.counters.values()][0]?.value.lastInferenceWallMs;
      flusher.note(reported(3, 400), false);
      assert.equal(flusher.uncounted()[0]?.counts.success.count, 3);
      await flusher.flush();
      assert.deepEqual([flusher.uncounted(), lastAt()], [[], 9_600]);
      const { revision } = await store.range('');
      await clock.advance(1_000);
      flusher.note(reported(3, 1_407), false);
      await flusher.flush();
      assert.equal((await store.range('')).revision, revision);
      flusher.note(reported(4, 0), false);
      await flusher.flush();
      assert.equal(lastAt(), 11_000);
    });
  });

  it('counts once the reports of an ended process, even if they were written already', () => {
    const loads = [
      loadOf('w1', '1', countOf('a', 'tiny:original', 7)),
      loadOf('w1', '2', countOf('b', 'tiny:original', 2)),
      loadOf('w1', '2', countOf('b', 'tiny:original', 5)),
    ];
    const items = (before: LoadRecord | undefined): number =>
      countsOf(before, loads).reduce((sum, counts) => sum + counts.items, 0);
    assert.deepEqual([undefined, ...loads].map(items), [12, 5, 3, 0]);
  });

  it('counts the requests of a replica that was unloaded', async () => {
    await withStore(async (store) => {
      const { tables, catchUp } = await openFixture(store, ['tiny:original']);
      const loads = [loadOf('w1', '1', countOf('a', 'tiny:original', 7)), loadOf('w1', '1')];
      await store.transact(planFlush([loads], tables.view, flushLimits));
      await catchUp();
      assert.equal(await counted(store, 'tiny:original'), 7);
    });
  });

  it('drops pending loads at the end of a term, because the next leader receives them again', async () => {
    await withStore(async (store) => {
      const { tables, catchUp } = await openFixture(store, ['tiny:original']);
      const leader = fakeLeader(store, catchUp);
      const clock = createManualClock();
      const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
      const flusher = createLoadFlusher({ leader, mirror: { records: tables.view }, clock, logger });
      flusher.note(loadOf('w1', '1', countOf('a', 'tiny:original', 7)), true);
      leader.changeTerm(false);
      const byAnother = planFlush([[loadOf('w1', '1', countOf('a', 'tiny:original', 9))]], tables.view, flushLimits);
      await store.transact(byAnother);
      await catchUp();
      leader.changeTerm(true);
      await flusher.flush();
      flusher.note(loadOf('w1', '1', countOf('a', 'tiny:original', 10)), false);
      await flusher.flush();
      assert.equal(await counted(store, 'tiny:original'), 10);
    });
  });
});

function fakeLeader(store: Store, catchUp: () => Promise<void>) {
  const listeners: (() => void)[] = [];
  const during: Term = { since: milliseconds(0), lost: new AbortController().signal };
  let term: Term | undefined = during;
  return {
    get term() {
      return term;
    },
    onChange: (listener: () => void) => void listeners.push(listener),
    async write(compares: readonly Compare[], operations: readonly Operation[]): Promise<boolean> {
      const { kind } = await store.transact({ compares, operations });
      await catchUp();
      return kind === 'committed';
    },
    changeTerm(leads: boolean) {
      term = leads ? during : undefined;
      for (const listener of listeners) listener();
    },
  };
}
