import assert from 'node:assert/strict';
import {
  groupBy,
  milliseconds,
  variantId,
  type HardwareClass,
  type Plan,
  type ReplicaCount,
  type ReplicaId,
  type VariantId,
} from '@pareto/core';
import { buildHardwareClass } from '@pareto/testkit';
import fc from 'fast-check';
import { createContext } from '../../src/place/context/context.js';
import { Ledger } from '../../src/place/ledger/ledger.js';
import { needSources } from '../../src/place/need-sources.js';
import { createPacking } from '../../src/place/pack/packing.js';
import { observeChanges } from '../../src/place/observe-changes.js';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { planTargets } from '../../src/place/targets/plan-targets.js';
import { unloadUnservable } from '../../src/place/unload.js';
import { defaultPlacementParams as params, type PlacementSnapshot } from '../../src/snapshot/snapshot.js';
import { carryOut } from './carry-out.js';
import {
  alsoOn,
  brief,
  cpu,
  demandOf,
  memoryOn,
  snapshot,
  task,
  variant,
  warmthRule,
  worker,
} from '../support/fixture.js';

const slow: HardwareClass = buildHardwareClass({ device: 'slow', instructionSet: 'avx2' });
const tasks = ['busy', 'idle', 'other'];

const fleetSpecs = fc.record({
  variants: fc.array(
    fc.record({
      task: fc.constantFrom(...tasks),
      p50Ms: fc.integer({ min: 1, max: 50 }),
      memoryMib: fc.integer({ min: 20, max: 200 }),
      accuracy: fc.integer({ min: 50, max: 99 }).map((n) => n / 100),
      slowness: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  workers: fc.array(
    fc.record({
      memory: fc.integer({ min: 50, max: 600 }),
      slots: fc.integer({ min: 1, max: 4 }),
      isSlow: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  demand: fc.array(fc.tuple(fc.nat({ max: 7 }), fc.integer({ min: 1, max: 500 })), { maxLength: 4 }),
  warm: fc.array(fc.nat({ max: 7 }), { maxLength: 2 }),
  /** Tasks that are idle if none of their variants has demand. */
  idle: fc.subarray(tasks),
});

type FleetSpec = typeof fleetSpecs extends fc.Arbitrary<infer T> ? T : never;

/**
 * A fleet whose demands fit only if each claims the right replicas. Where a new replica changes which ones they claim, it
 * is evicted again, and so on in turns.
 */
const crowded: FleetSpec = {
  variants: [
    ...[1, 2, 3, 4].map(() => ({ task: 'busy', p50Ms: 1, memoryMib: 20, accuracy: 0.5, slowness: undefined })),
    { task: 'busy', p50Ms: 5, memoryMib: 20, accuracy: 0.5, slowness: 1 },
    { task: 'idle', p50Ms: 10, memoryMib: 20, accuracy: 0.5, slowness: 4 },
    { task: 'busy', p50Ms: 7, memoryMib: 51, accuracy: 0.5, slowness: 1 },
  ],
  workers: [
    { memory: 91, slots: 3, isSlow: false },
    { memory: 51, slots: 1, isSlow: false },
    { memory: 111, slots: 2, isSlow: false },
    { memory: 50, slots: 1, isSlow: true },
  ],
  demand: [
    [4, 283],
    [6, 198],
    [5, 89],
  ],
  warm: [],
  idle: [],
};

/** A fleet that can answer a task only once demand has let it measure a variant of it. */
const unanswered: FleetSpec = {
  variants: [
    { task: 'busy', p50Ms: 1, memoryMib: 20, accuracy: 0.5, slowness: undefined },
    { task: 'idle', p50Ms: 1, memoryMib: 20, accuracy: 0.5, slowness: 1 },
    { task: 'busy', p50Ms: 1, memoryMib: 20, accuracy: 0.5, slowness: undefined },
  ],
  workers: [{ memory: 94, slots: 1, isSlow: true }],
  demand: [[0, 1]],
  ...{ warm: [], idle: [] },
};

/** Returns the fleet with so little demand that a single slot has time for it. */
const withTimeLeft = (spec: FleetSpec): FleetSpec => ({
  ...spec,
  variants: spec.variants.map((fields) => ({ ...fields, p50Ms: 1 })),
  demand: spec.demand.map(([i, rate]) => [i, Math.min(rate, 10)]),
});

/** Builds a fleet without replicas. */
const fleetOf = ({ variants, workers, demand, warm, idle }: FleetSpec): PlacementSnapshot =>
  snapshot({
    idleSince: new Map(
      idle
        .filter((name) => demand.every(([i]) => variants[i]?.task !== name))
        .map((name) => [name, milliseconds(0 - params.idleMs)]),
    ),
    tasks: tasks.map(task),
    variants: variants.map(({ slowness, ...fields }, i) => {
      const known = variant(`v${i}:original`, fields);
      return slowness === undefined ? known : alsoOn(known, slow, slowness);
    }),
    workers: workers.map(({ memory, slots, isSlow }, i) =>
      worker(`w${i}`, memory, { slots, classes: [isSlow ? slow : cpu] }),
    ),
    demand: demandOf(
      ...demand.flatMap(([i, rate]): [VariantId, number][] =>
        i < variants.length ? [[variantId(`v${i}:original`), rate]] : [],
      ),
    ),
    warmthRules: warm.flatMap((i) => {
      const of = variants[i]?.task;
      return of === undefined ? [] : [warmthRule('warm', `v${i}:original`, { task: of })];
    }),
  });

/** Runs turns until a plan is empty and nothing is leaving, at most 80. Returns the last snapshot and its plan. */
function converge(
  start: PlacementSnapshot,
  check: (world: PlacementSnapshot, plan: Plan) => void = () => undefined,
): readonly [PlacementSnapshot, Plan] {
  let world = start;
  for (let turn = 1; ; turn++) {
    const plan = planReplicas(world, params);
    check(world, plan);
    const isAtRest = plan.actions.length === 0 && world.replicas.every(({ state }) => state === 'ready');
    if ((isAtRest && plan.nextAt === Infinity) || turn === 80) return [world, plan];
    const { evictedAt } = observeChanges(world, plan.actions, world.now, params);
    world = { ...carryOut(world, plan, true), evictedAt };
  }
}

describe('plans of random fleets', () => {
  it('never exceed the memory of a worker', () => {
    fc.assert(
      fc.property(fleetSpecs, (spec) => {
        const start = fleetOf(spec);
        converge(start, (world, plan) => {
          for (const { info } of world.workers)
            assert.ok(memoryOn(info.id, world, plan) <= info.memoryBytes, `${info.id} is over its memory`);
        });
      }),
    );
  });

  it('never exceed the time of the slots', () => {
    fc.assert(
      fc.property(fleetSpecs, (spec) => {
        const start = fleetOf(spec);
        converge(start, (world) => {
          const context = createContext(world, params);
          const ledger = new Ledger(context);
          unloadUnservable(ledger, context);
          const packing = createPacking(ledger, context, planTargets(context, needSources).targets);
          packing.claim();
          packing.provide(-Infinity, Infinity);
          for (const { groups, worker: placed } of ledger.hosts)
            for (const { freeSlots } of groups.values())
              assert.ok(freeSlots > -1e-3, `${placed.info.id} is over its slots by ${-freeSlots}`);
        });
      }),
    );
  });

  it('converge: the plan of a converged fleet is empty, and stays so', () => {
    fc.assert(
      fc.property(fleetSpecs, (spec) => {
        const start = fleetOf(spec);
        const [world, plan] = converge(start);
        assert.deepEqual(brief(plan), []);
        assert.deepEqual(brief(planReplicas({ ...world, planId: 'again' }, params)), []);
      }),
      { examples: [[crowded]] },
    );
  });

  it('load nothing again twice on the same worker while the demand stays the same', () => {
    fc.assert(
      fc.property(fleetSpecs, (spec) => {
        const start = fleetOf(spec);
        const [before] = converge({ ...start, demand: [] });
        const reloads = new Map<ReplicaId, number>();
        const unloaded = new Map<string, number[]>();
        converge({ ...before, demand: start.demand }, (_, plan) => {
          for (const action of plan.actions) {
            if (action.kind !== 'load' && action.kind !== 'unload') continue;
            const { variant: id, worker: on, replica } = action.assignment;
            const place = `${id} on ${on}`;
            const gone = unloaded.get(place) ?? [];
            unloaded.set(place, gone);
            if (action.kind === 'unload') gone.push(reloads.get(replica) ?? 0);
            else reloads.set(replica, (gone.shift() ?? -1) + 1);
            assert.ok((reloads.get(replica) ?? 0) <= 1, `${place} was loaded twice again`);
          }
        });
      }),
    );
  });

  it('never leave demand without memory that something less important has', () => {
    const rank = new Map(needSources.map(({ name, priority }) => [name, priority]));
    fc.assert(
      fc.property(fleetSpecs, (spec) => {
        const start = fleetOf(withTimeLeft(spec));
        const [world, plan] = converge(start);
        const sources = new Map(plan.kept.map(({ replica, source }) => [replica, source]));
        const lesser = world.replicas.filter(({ assignment: { replica } }) => {
          const source = sources.get(replica);
          return source === undefined || (rank.get(source) ?? 0) > 20;
        });
        for (const { variant: id, source, cause } of plan.unmet) {
          if (source !== 'demand' || cause !== 'memory') continue;
          const known = world.variants.find((one) => one.variant.id === id);
          if (world.replicas.some(({ assignment }) => assignment.variant === id)) continue;
          for (const { hardwareClass, result } of known?.measurements ?? []) {
            if (result.kind !== 'measured') continue;
            for (const { info } of world.workers) {
              if (!info.slotGroups.some((group) => group.hardwareClass.id === hardwareClass)) continue;
              const own = lesser.filter(({ assignment }) => assignment.worker === info.id);
              const leftBytes =
                info.memoryBytes -
                memoryOn(info.id, { ...world, replicas: world.replicas.filter((one) => !own.includes(one)) }, plan);
              assert.ok(leftBytes < result.profile.memoryBytes, `${id} could evict on ${info.id}`);
            }
          }
        }
      }),
    );
  });

  it('stay as they are once frozen, and go back to frozen ones, except of unanswered tasks, without oscillation', () => {
    fc.assert(
      fc.property(fleetSpecs, (spec) => {
        const start = fleetOf(spec);
        const taskOf = ({ variant: id }: ReplicaCount): string | undefined =>
          start.variants.find((known) => known.variant.id === id)?.variant.task;
        const [before] = converge({ ...start, demand: [] });
        const frozen = countsOf(before);
        const [same, nothing] = converge({ ...before, demand: start.demand, frozen });
        assert.deepEqual([brief(nothing), countsOf(same)], [[], frozen]);
        const [moved] = converge({ ...before, demand: start.demand });
        const [back, last] = converge({ ...moved, frozen });
        assert.deepEqual(brief(last), []);
        if (last.unmet.length > 0) return;
        // A task that the frozen plan does not answer keeps what it has and what has room.
        const answered = new Set(frozen.map(taskOf));
        assert.deepEqual(
          countsOf(back).filter((row) => answered.has(taskOf(row))),
          frozen,
        );
        const others = countsOf(back).filter((row) => !answered.has(taskOf(row)));
        for (const { variant: id } of others) assert.ok(countsOf(moved).some((row) => row.variant === id));
      }),
      { examples: [[unanswered]] },
    );
  });
});

/** Returns the replicas by variant and class, in the order of their keys. */
function countsOf({ replicas }: PlacementSnapshot): readonly ReplicaCount[] {
  const groups = groupBy(replicas, ({ assignment }) => `${assignment.variant} ${assignment.hardwareClass}`);
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) =>
      own.slice(0, 1).map(({ assignment: { variant: of, version, hardwareClass } }) => ({
        ...{ variant: of, version, hardwareClass, replicas: own.length },
      })),
    );
}
