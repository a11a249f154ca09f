import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import {
  createTurnCore,
  defaultSolveParams,
  defaultTurnParams,
  logTurns,
  replayTurnLog,
  solutionOf,
  type Formulated,
  type Solution,
  type TurnCore,
} from '../../src/index.js';
import type { PlacementReplica, PlacementSnapshot } from '../../src/snapshot/snapshot.js';
import { replica, snapshot, task, variant, worker } from '../support/fixture.js';
import { offered } from '../support/offered.js';

const small = variant('a:int8', { p50Ms: 5, accuracy: 0.9 });
const { exact, ...solve } = defaultSolveParams;
const params = { ...defaultTurnParams, placement: { ...defaultTurnParams.placement, releasesHosts: true }, solve };
const observedAt = (now: number, replicas: readonly PlacementReplica[] = []): PlacementSnapshot =>
  snapshot({
    ...{ now: milliseconds(now), variants: [small], replicas },
    workers: ['w', 'x', 'y'].map((id) => worker(id, 500, { slots: 4 })),
  });
const leading = milliseconds(60_000);

function turn(core: TurnCore, now: number, rate: number, replicas: readonly PlacementReplica[] = []) {
  const observed = observedAt(now, replicas);
  core.see(
    replicas.map(({ assignment }) => assignment.replica),
    milliseconds(now),
  );
  core.observe(observed, offered(rate, now), []);
  const planned = core.plan(observed, `p${now}`, leading);
  core.end(planned.actions, milliseconds(now));
  return planned;
}

/** Returns a solution with replicas of the variant on so many workers, which answer a part of the demand. */
function solved(
  formulated: Formulated | undefined,
  replicas: number,
  hosts: number,
  at: number,
  answeredPart = 1,
): Solution {
  if (formulated === undefined) assert.fail('a program is due');
  const values = formulated.program.columns.map(() => 0);
  for (const column of formulated.used) values[column] = hosts;
  for (const place of formulated.places) {
    values[place.replicas] = replicas;
    for (const { column } of place.items) values[column] = answeredPart * ([...formulated.rates.values()][0] ?? 0);
  }
  const outcome = { status: 'optimal', values, objective: 1, bound: 1 };
  // The replicas need not satisfy the program: the turns are tested, and not the solution.
  const program = { ...formulated.program, rows: [] };
  return solutionOf({ ...formulated, program, at: milliseconds(at) }, outcome) ?? assert.fail('the outcome has values');
}

const loadsOf = ({ actions }: { readonly actions: ReturnType<TurnCore['plan']>['actions'] }): readonly string[] =>
  actions.flatMap((action) => (action.kind === 'load' ? [action.assignment.worker] : []));
const unloadsOf = ({ actions }: { readonly actions: ReturnType<TurnCore['plan']>['actions'] }): readonly string[] =>
  actions.flatMap((action) => (action.kind === 'unload' ? [action.assignment.replica] : []));

describe('turns whose targets are solved', () => {
  it('state a program for demand, and no other one until it is solved', () => {
    const core = createTurnCore(params);
    assert.notEqual(turn(core, 1_000, 300).program, undefined);
    assert.equal(turn(core, 10_000, 900).program, undefined);
    core.solved(undefined);
    assert.equal(turn(core, 10_500, 900).program, undefined, 'the time to the next one has doubled');
    assert.notEqual(turn(core, 11_000, 900).program, undefined, 'the one before gave no solution');
  });

  it('state none while the plan is frozen, and say so', () => {
    const core = createTurnCore(params);
    core.solved(solved(turn(core, 1_000, 300).program, 3, 1, 1_000));
    const replicas = ['w', 'x', 'y'].map((on, id) => replica(`r${id}`, 'a:int8', on));
    const { variant: id, version, hardwareClass } = replicas[0]?.assignment ?? assert.fail();
    const frozen = [{ variant: id, version, hardwareClass, replicas: 3 }];
    const observed = { ...observedAt(60_000, replicas), frozen };
    core.observe(observed, offered(3_000, 60_000), []);
    const { program, quality, actions } = core.plan(observed, 'p2', leading);
    assert.deepEqual([program, quality, actions], [undefined, { source: 'frozen', at: 60_000, planId: 'p2' }, []]);
    assert.notEqual(turn(core, 61_000, 3_000, replicas).program, undefined, 'the plan is not frozen any more');
  });

  it('state none unless the parameters ask for it', () => {
    assert.equal(turn(createTurnCore(defaultTurnParams), 1_000, 300).program, undefined);
  });

  it('unload nothing that no need claims before the first program of a term is solved', () => {
    const core = createTurnCore({ ...params, placement: defaultTurnParams.placement });
    const replicas = ['w', 'w', 'x', 'x', 'y', 'y'].map((on, id) => replica(`r${id}`, 'a:int8', on));
    const { program, ...first } = turn(core, 60_000, 30, replicas);
    assert.deepEqual(unloadsOf(first), []);
    core.solved(solved(program, 1, 3, 60_000));
    assert.equal(unloadsOf(turn(core, 61_000, 30, replicas)).length, 1);
  });

  it('give up a solution for greedy targets after three programs without one', () => {
    const core = createTurnCore(params);
    core.solved(solved(turn(core, 1_000, 300).program, 3, 1, 1_000));
    for (const now of [20_000, 40_000, 70_000]) {
      assert.notEqual(core.state.solution, undefined);
      assert.notEqual(turn(core, now, 900).program, undefined, `${now}`);
      core.solved(undefined);
    }
    assert.equal(core.state.solution, undefined);
  });

  it('keep a solution that still fits, however often it is not confirmed', () => {
    const core = createTurnCore(params);
    core.solved(solved(turn(core, 1_000, 300).program, 4, 1, 1_000));
    let now = 1_000 + defaultSolveParams.maxAgeMs / 2;
    for (let failures = 0; failures < 4; failures += 1, now += 100_000) {
      assert.notEqual(turn(core, now, 300).program, undefined);
      core.solved(undefined);
    }
    assert.notEqual(core.state.solution, undefined);
  });

  it('state the program again that a turn which failed had stated', () => {
    const core = createTurnCore(params);
    const broken = { ...observedAt(1_000), replicas: undefined as never };
    core.observe(observedAt(1_000), offered(300, 1_000), []);
    assert.throws(() => core.plan(broken, 'p1', leading), TypeError);
    assert.notEqual(turn(core, 1_100, 300).program, undefined);
  });

  it('state another one without demand once a task is idle', () => {
    const core = createTurnCore(params);
    const { idleMs } = params.placement;
    core.solved(solved(turn(core, 1_000, 300).program, 4, 1, 1_000));
    turn(core, 2_000, 0);
    core.solved(solved(turn(core, 100_000, 0).program, 1, 1, 100_000));
    assert.equal(turn(core, 200_000, 0).program, undefined);
    assert.notEqual(turn(core, 200_000 + idleMs, 0).program, undefined);
  });

  it('state none for a leader that does not know all workers yet', () => {
    const core = createTurnCore(params);
    core.observe(observedAt(1_000), offered(300, 1_000), []);
    const { program, nextAt } = core.plan(observedAt(1_000), 'p1', milliseconds(2_000));
    assert.deepEqual([program, nextAt <= 9_000], [undefined, true]);
  });

  it('state none before there is demand, nor for demand that no variant answers again and again', () => {
    const core = createTurnCore(params);
    assert.equal(turn(core, 1_000, 0).program, undefined);
    const [unmeasured] = [variant('b:original')];
    const world = { ...observedAt(2_000), variants: [small, unmeasured] };
    const input = offered(300, 2_000);
    const [first] = input.demands;
    if (first === undefined) assert.fail('there is demand');
    const both = { ...input, demands: [first, { ...first, target: 'b:original' }] };
    core.observe(world, both, []);
    core.solved(solved(core.plan(world, 'p2', leading).program, 3, 1, 2_000));
    const later = { ...world, now: milliseconds(20_000) };
    core.observe(later, { ...both, now: milliseconds(20_000) }, []);
    assert.equal(core.plan(later, 'p3', leading).program, undefined);
  });

  it('state none without workers', () => {
    const core = createTurnCore(params);
    const empty = { ...observedAt(1_000), workers: [] };
    core.observe(empty, offered(300, 1_000), []);
    assert.equal(core.plan(empty, 'p1', leading).program, undefined);
  });

  it('state another one when the demand leaves the band of the solution, at most every 5 s', () => {
    const core = createTurnCore(params);
    core.solved(solved(turn(core, 1_000, 300).program, 4, 1, 1_000));
    assert.equal(turn(core, 20_000, 300).program, undefined);
    assert.equal(turn(core, 21_000, 310).program, undefined, 'within the reserve');
    const raised = turn(core, 22_000, 400);
    assert.notEqual(raised.program, undefined);
    core.solved(solved(raised.program, 5, 1, 22_000));
    const soon = turn(core, 23_000, 600);
    assert.equal(soon.program, undefined);
    assert.ok(soon.nextAt <= 27_000, 'the turn after 5 s has it');
    assert.notEqual(turn(core, 27_000, 600).program, undefined);
  });

  it('load on as few workers as the solution uses, and on others what has no room there', () => {
    const core = createTurnCore(params);
    core.solved(solved(turn(core, 1_000, 300).program, 3, 1, 1_000));
    const loads = loadsOf(turn(core, 2_000, 300));
    assert.equal(loads.length, 3);
    assert.equal(new Set(loads).size, 1);
    const many = createTurnCore(params);
    many.solved(solved(turn(many, 1_000, 1_200).program, 9, 1, 1_000));
    const over = loadsOf(turn(many, 2_000, 1_200));
    assert.ok(over.length > 4 && new Set(over).size > 1, 'a worker has four slots');
  });

  it('wait for other loads on the workers that a solution uses, and open no other one for the time of them', () => {
    const core = createTurnCore({ ...params, placement: { ...params.placement, loadsPerSlot: 0.25 } });
    core.solved(solved(turn(core, 1_000, 300).program, 3, 1, 1_000));
    const planned = turn(core, 2_000, 300);
    assert.equal(loadsOf(planned).length, 1);
    assert.deepEqual(
      planned.plan.unmet.map(({ source, cause }) => [source, cause]),
      [['demand', 'loading']],
    );
  });

  it('open another worker for queries that are held, whatever loads on those that a solution uses', () => {
    const core = createTurnCore({ ...params, placement: { ...params.placement, loadsPerSlot: 0.25 } });
    const others = ['b', 'c', 'd'].map((name) => variant(`${name}:original`, { p50Ms: 5, accuracy: 0.9, task: name }));
    core.solved(solved(turn(core, 1_000, 300).program, 3, 1, 1_000));
    const world = { ...observedAt(2_000), variants: [small, ...others], tasks: ['digits', 'b', 'c', 'd'].map(task) };
    core.observe(world, { ...offered(300, 2_000), held: others.map(({ variant: { id } }) => id) }, []);
    const planned = core.plan(world, 'p2', leading);
    assert.equal(loadsOf(planned).length, 3);
    assert.equal(new Set(loadsOf(planned)).size, 2);
  });

  it('empty the workers that a solution spares only when the replicas elsewhere are ready', () => {
    const core = createTurnCore(params);
    const before = [replica('r1', 'a:int8', 'w'), replica('r2', 'a:int8', 'w'), replica('r3', 'a:int8', 'x')];
    core.solved(solved(turn(core, 1_000, 300, before).program, 3, 1, 1_000));
    const moved = turn(core, 2_000, 300, before);
    assert.deepEqual([loadsOf(moved), unloadsOf(moved)], [['w'], []]);
    const loading = replica('r4', 'a:int8', 'w', { state: 'loading', since: milliseconds(2_500) });
    const meanwhile = turn(core, 3_000, 300, [...before, loading]);
    assert.deepEqual([loadsOf(meanwhile), unloadsOf(meanwhile)], [[], []]);
    const ready = turn(core, 9_000, 300, [...before, { ...loading, state: 'ready' }]);
    assert.deepEqual([loadsOf(ready), unloadsOf(ready)], [[], ['r3']]);
  });

  it('keep the replicas on workers that are spared while another variant of the task loads', () => {
    const core = createTurnCore(params);
    const big = variant('b:original', { p50Ms: 5, accuracy: 0.9 });
    const before = [
      replica('r1', 'b:original', 'w'),
      replica('r2', 'b:original', 'x'),
      replica('r3', 'b:original', 'x'),
    ];
    const world = (now: number, replicas: readonly PlacementReplica[]) => ({
      ...{ ...observedAt(now, replicas), variants: [small, big] },
    });
    const unloadsAt = (now: number, replicas: readonly PlacementReplica[]): readonly string[] => {
      core.observe(world(now, replicas), offered(300, now), []);
      const planned = core.plan(world(now, replicas), `p${now}`, leading);
      if (planned.program !== undefined) {
        const solution = solved(planned.program, 3, 1, now);
        core.solved({ ...solution, shares: solution.shares.filter(({ variant: id }) => id === 'a:int8') });
      }
      return unloadsOf(planned);
    };
    unloadsAt(1_000, before);
    const loading = ['l1', 'l2', 'l3'].map((id) => replica(id, 'a:int8', 'w', { state: 'loading' }));
    assert.deepEqual(unloadsAt(9_000, [...before, ...loading]), []);
    const ready = loading.map((one) => ({ ...one, state: 'ready' as const }));
    assert.ok(unloadsAt(10_000, [...before, ...ready]).length >= 2);
  });

  it('give what the solution does not answer the slots that are left', () => {
    const core = createTurnCore(params);
    core.solved(solved(turn(core, 1_000, 900).program, 3, 1, 1_000, 0.4));
    const planned = turn(core, 2_000, 900);
    assert.ok(loadsOf(planned).length >= 6, 'the solution has 3 of them');
    assert.deepEqual(planned.plan.unmet, []);
  });

  it('have more replicas at once for a rate above that of the solution', () => {
    const core = createTurnCore(params);
    core.solved(solved(turn(core, 1_000, 300).program, 3, 1, 1_000));
    assert.ok(loadsOf(turn(core, 2_000, 500)).length > 3);
  });

  it('state the source of their targets', () => {
    const core = createTurnCore(params);
    const first = turn(core, 1_000, 300);
    assert.deepEqual(first.quality, { source: 'greedy', at: 1_000, planId: 'p1000', cost: first.quality.cost });
    assert.equal(first.quality.cost?.boundUsdPerHour, undefined);
    core.solved(solved(first.program, 4, 1, 1_000));
    const { quality } = turn(core, 2_000, 300);
    assert.deepEqual([quality.source, quality.at, quality.planId], ['solved', 1_000, 'p1000']);
    assert.notEqual(quality.cost?.boundUsdPerHour, undefined);
    const raised = turn(core, 3_000, 900).quality;
    assert.deepEqual([raised.source, raised.at, raised.cost?.boundUsdPerHour], ['stale', 1_000, undefined]);
  });

  it('are stale after a worker has left', () => {
    const core = createTurnCore(params);
    core.solved(solved(turn(core, 1_000, 300).program, 4, 1, 1_000));
    const fewer = { ...observedAt(5_000), workers: observedAt(5_000).workers.slice(1) };
    core.observe(fewer, offered(300, 5_000), []);
    assert.equal(core.plan(fewer, 'p5', leading).quality.source, 'stale');
  });

  it('state another program at half of the maximum age of a solution, and are stale from that age on', () => {
    const core = createTurnCore(params);
    const { maxAgeMs } = defaultSolveParams;
    core.solved(solved(turn(core, 1_000, 300).program, 4, 1, 1_000));
    const { program, nextAt } = turn(core, 2_000, 300);
    assert.equal(program, undefined);
    assert.ok(nextAt <= 1_000 + maxAgeMs / 2, 'a turn follows although nothing changes');
    const half = turn(core, 1_000 + maxAgeMs / 2, 300);
    assert.deepEqual([half.program === undefined, half.quality.source], [false, 'solved']);
    assert.equal(turn(core, 1_000 + maxAgeMs, 300).quality.source, 'stale');
  });

  it('keep a solution that is only old, unless another one costs less by more than the gap of programs', () => {
    const core = createTurnCore(params);
    const { maxAgeMs } = defaultSolveParams;
    core.solved(solved(turn(core, 1_000, 300).program, 4, 2, 1_000));
    const before = core.state.solution ?? assert.fail('it was solved');
    const next = (at: number, steadyUsd: number): Solution => ({
      ...solved(turn(core, at, 300).program, 5, 2, at),
      steadyUsd,
    });
    const at = 1_000 + maxAgeMs / 2;
    core.solved(next(at, before.steadyUsd * 0.99));
    const kept = core.state.solution;
    assert.deepEqual([kept?.shares === before.shares, kept?.at, kept?.planId], [true, at, `p${at}`]);
    assert.deepEqual([kept?.objective, (kept?.bound ?? NaN) <= before.steadyUsd], [before.steadyUsd, true]);
    assert.equal(turn(core, at + 5_000, 300).quality.source, 'solved');
    core.solved(next(at + maxAgeMs / 2, before.steadyUsd * 0.97));
    assert.notEqual(core.state.solution?.shares, before.shares);
  });

  it('keep a solution for no demand, however old it is', () => {
    const core = createTurnCore(params);
    core.solved(solved(turn(core, 1_000, 300).program, 4, 1, 1_000));
    turn(core, 9_000_000, 0);
    core.solved(undefined);
    core.solved(solved(turn(core, 10_000_000, 0).program, 0, 0, 10_000_000));
    core.solved(solved(turn(core, 20_000_000, 0).program, 0, 0, 20_000_000));
    const idle = turn(core, 90_000_000, 0);
    assert.deepEqual([idle.program, idle.quality.source], [undefined, 'solved']);
  });

  it('search the targets of a small fleet exactly in the same turn, at most every 5 s', () => {
    const core = createTurnCore({ ...params, solve: { ...solve, ...(exact !== undefined && { exact }) } });
    const first = turn(core, 1_000, 300);
    assert.deepEqual([first.program, first.quality.source, first.quality.at], [undefined, 'exact', 1_000]);
    assert.equal(loadsOf(first).length, 3, '300 items/s x 5 ms x 1.1 need 2.4 replicas');
    assert.ok(first.nextAt <= 1_000 + solve.maxAgeMs / 2, 'a turn follows at half of the maximum age');
    const raised = turn(core, 2_000, 900);
    assert.deepEqual([raised.quality.source, raised.nextAt <= 6_000], ['stale', true]);
    const again = turn(core, 6_000, 900);
    assert.deepEqual([again.quality.source, again.quality.planId], ['exact', 'p6000']);
  });

  it('have greedy targets in a fleet that is too large for a program, and retry ever less often', () => {
    const core = createTurnCore({ ...params, solve: { ...solve, maxColumns: 1 } });
    const times = [1_000, 6_000, 11_000, 26_000].map((now) => {
      const { isTooLarge, program, quality, actions } = turn(core, now, 300);
      assert.deepEqual([program, quality.source], [undefined, 'greedy']);
      if (now === 1_000) assert.ok(loadsOf({ actions }).length > 0, 'the greedy plan is carried out');
      return isTooLarge;
    });
    assert.deepEqual(times, [true, false, true, false]);
  });

  it('state a program for a solver if the limits of the search do not suffice', () => {
    const core = createTurnCore({ ...params, solve: { ...solve, exact: { maxSlots: 16, maxNodes: 0, maxWork: 0 } } });
    assert.notEqual(turn(core, 1_000, 300).program, undefined);
  });

  it('decide the same when their log is replayed', () => {
    const lines: string[] = [];
    const core = logTurns(createTurnCore(params), params, (line) => lines.push(JSON.stringify(line)));
    core.solved(solved(turn(core, 1_000, 300).program, 3, 1, 1_000));
    turn(core, 2_000, 300);
    turn(core, 3_000, 900);
    const replayed = [...replayTurnLog(lines)];
    assert.ok(replayed.some(({ line }) => line.call === 'solved'));
    for (const { line, decided } of replayed) {
      const recorded: Readonly<Record<string, unknown>> = { ...line };
      for (const [field, value] of Object.entries(decided)) assert.deepEqual(value, recorded[field], line.call);
    }
  });
});
