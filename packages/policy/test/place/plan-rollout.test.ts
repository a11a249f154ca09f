import assert from 'node:assert/strict';
import { milliseconds, type Plan } from '@pareto/core';
import fc from 'fast-check';
import { defaultPlacementParams, planReplicas, type PlacementSnapshot } from '../../src/index.js';
import { carryOut, servedOf } from './carry-out.js';
import {
  architecture,
  brief,
  memoryOn,
  replica,
  snapshot,
  variant,
  worker,
  type SnapshotFields,
  type VariantFields,
} from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };
const first = (recipe = 'original', fields: VariantFields = {}) => variant(`a:${recipe}`, { p50Ms: 1, ...fields });
const second = (recipe = 'original', fields: VariantFields = {}) => first(recipe, { version: 2, ...fields });
const current = architecture('a', { version: 2 });

/** A snapshot in which version 2 is registered and version 1 is served. */
const world = (fields: SnapshotFields): PlacementSnapshot =>
  snapshot({
    now: milliseconds(10_000),
    architectures: [current],
    served: new Map([['a', 1]]),
    variants: [first(), second()],
    workers: [worker('w', 500)],
    replicas: [replica('1', 'a:original', 'w')],
    ...fields,
  });
const plan = (fields: SnapshotFields): Plan => planReplicas(world(fields), params);

/** Returns the served version and the plan of each turn. */
function run(start: PlacementSnapshot, turns: number): readonly string[] {
  const lines: string[] = [];
  let now = start;
  for (let turn = 1; turn <= turns; turn++) {
    const next = planReplicas(now, params);
    for (const { info } of now.workers) assert.ok(memoryOn(info.id, now, next) <= info.memoryBytes);
    lines.push([`v${now.served.get('a')}`, ...brief(next)].join(' | '));
    now = carryOut(now, next, true);
  }
  return lines;
}

describe('a new version', () => {
  it('is measured, loaded alongside the old one and served, and then the old one is unloaded', () => {
    assert.deepEqual(run(world({ variants: [first(), variant('a:original', { version: 2 })] }), 7), [
      'v1 | measure a:original on w',
      'v1 | load a:original v2 on w',
      'v1',
      'v2',
      'v2 | unload a:original on w',
      'v2',
      'v2',
    ]);
  });

  it('waits until all warm variants of the old one are generated, measured and loaded', () => {
    const wanting = architecture('a', { version: 2, recipes: ['original', 'fp16'] });
    const start = world({
      architectures: [wanting],
      variants: [first(), first('fp16', { accuracy: 0.95, p50Ms: 2 }), second()],
      replicas: [replica('1', 'a:original', 'w'), replica('2', 'a:fp16', 'w')],
      workers: [worker('w', 800)],
    });
    assert.deepEqual(
      run(start, 9),
      [
        'v1 | make fp16 of a on w | load a:original v2 on w',
        'v1 | measure a:fp16 v2 on w',
        'v1 | load a:fp16 v2 on w',
        'v1',
        'v2',
        'v2 | unload a:original on w | unload a:fp16 on w',
        'v2',
        'v2',
        'v2',
      ].map((line) => line.replace('measure a:fp16 v2', 'measure a:fp16')),
    );
  });

  it('keeps the old one’s replicas during the rollout, whatever is ready of the new one', () => {
    const replicas = [replica('1', 'a:original', 'w'), replica('2', 'a:original', 'w', { version: 2 })];
    const workers = [worker('w', 800, { slots: 4 })];
    const variants = [first(), first('fp16'), second(), second('fp16')];
    const both = [...replicas, replica('3', 'a:fp16', 'w')];
    assert.deepEqual(brief(plan({ variants, workers, replicas: both })), ['load a:fp16 v2 on w']);
    assert.deepEqual(brief(plan({ workers, replicas: [...replicas, replica('3', 'a:original', 'w')] })), [
      'load a:original v2 on w',
      'unload a:original on w',
    ]);
  });

  it('keeps the old one’s number of replicas, as far as there are slots', () => {
    const wanted = new Map([[first().variant.id, 2]]);
    const replicas = [replica('1', 'a:original', 'v'), replica('2', 'a:original', 'w')];
    const workers = [worker('v', 500), worker('w', 500)];
    assert.deepEqual(brief(plan({ wanted, replicas, workers })), [
      'load a:original v2 on v',
      'load a:original v2 on w',
    ]);
    const draining = [worker('v', 500, { draining: true }), worker('w', 500)];
    assert.deepEqual(brief(plan({ wanted, replicas, workers: draining })).slice(0, 1), ['load a:original v2 on w']);
  });

  it('does not need variants that it will not have', () => {
    const variants = [first(), first('fp16'), second()];
    const replicas = [replica('1', 'a:fp16', 'w')];
    const ready = [...replicas, replica('2', 'a:original', 'w', { version: 2 }), replica('3', 'a:original', 'w')];
    const cases: readonly SnapshotFields[] = [
      { architectures: [current] },
      { architectures: [declines('declined')] },
      { architectures: [declines('failed')] },
      { variants: [...variants, second('fp16', { quarantineReason: 'kills' })] },
      { variants: [...variants, second('fp16', { dominatedBy: 'a:original', dominatedWithin: true })] },
      { variants: [first(), first('fp16'), second(), variant('a:fp16', { version: 2, failure: 'crashed' })] },
    ];
    for (const fields of cases) {
      const next = plan({ variants, replicas, ...fields });
      assert.ok(brief(next).includes('load a:original v2 on w'), 'one of it is loaded all the same');
      assert.equal(servedOf(world({ variants, replicas, ...fields })).get('a'), 1, 'nothing of it is ready');
      assert.equal(servedOf(world({ variants, replicas: ready, ...fields })).get('a'), 2);
    }
    const wanting = architecture('a', { version: 2, recipes: ['fp16'] });
    assert.equal(servedOf(world({ variants, replicas: ready, architectures: [wanting] })).get('a'), 1);
  });

  it('is served even if another architecture dominates all of its variants', () => {
    const better = { dominatedBy: 'b:original' };
    const variants = [first('original', better), second('original', better), variant('b:original', { p50Ms: 1 })];
    const replicas = [replica('1', 'a:original', 'w'), replica('2', 'b:original', 'w')];
    assert.deepEqual(brief(plan({ variants, replicas })), ['load a:original v2 on w']);
    const pair = [...replicas, replica('3', 'a:original', 'v'), replica('4', 'a:original', 'w', { version: 2 })];
    const both = { variants, replicas: pair, workers: [worker('v', 500), worker('w', 500)] };
    assert.equal(servedOf(world(both)).get('a'), 1, 'who names it gets as many replicas as before');
  });

  it('takes the old one’s memory if both do not fit, once it is generated and measured, and reports it', () => {
    const tight = { workers: [worker('w', 150)] };
    const next = plan(tight);
    assert.deepEqual(brief(next), ['unload a:original on w']);
    assert.equal(next.actions[0]?.reason, 'not enough memory for both versions, makes room for a:original');
    const reason = 'version 2 of a is being rolled out: waits for memory on w';
    assert.deepEqual(next.unmet, [{ variant: 'a:original', source: 'succession', cause: 'eviction', reason }]);
    assert.deepEqual(run(world(tight), 5), [
      'v1 | unload a:original on w',
      'v2',
      'v2 | load a:original v2 on w',
      'v2',
      'v2',
    ]);
    const wanting = architecture('a', { version: 2, recipes: ['fp16'] });
    const unmade = { ...tight, architectures: [wanting], variants: [first(), first('fp16'), second()] };
    const replicas = [replica('1', 'a:original', 'w'), replica('2', 'a:fp16', 'w')];
    const wanted = new Map(unmade.variants.map(({ variant: { id } }) => [id, 1]));
    assert.deepEqual(brief(plan({ ...unmade, replicas, wanted, workers: [worker('w', 250)] })), []);
  });

  it('evicts the most redundant replica', () => {
    const variants = [first(), first('fp16'), second(), second('fp16')];
    const workers = [worker('v', 200, { slots: 2 }), worker('w', 200)];
    const replicas = [
      replica('1', 'a:original', 'v'),
      replica('2', 'a:fp16', 'v'),
      replica('3', 'a:original', 'w'),
      replica('4', 'a:original', 'w', { version: 2 }),
    ];
    const wanted = new Map([
      [first().variant.id, 2],
      [first('fp16').variant.id, 1],
    ]);
    // One of two replicas of the original is evicted, not the only one of fp16.
    assert.deepEqual(brief(plan({ variants, workers, replicas, wanted })), ['unload a:original on v']);
  });

  it('waits with a reason if no room can be made', () => {
    const big = second('original', { memoryMib: 400 });
    const other = variant('b:original', { p50Ms: 1, task: 'words', memoryMib: 200 });
    const next = plan({
      variants: [first(), big, other],
      architectures: [current, architecture('b')],
      tasks: [...world({}).tasks, { ...snapshot({}).tasks[0], name: 'words' } as PlacementSnapshot['tasks'][number]],
      replicas: [replica('1', 'a:original', 'w'), replica('2', 'b:original', 'w')],
    });
    assert.deepEqual(brief(next), []);
    assert.match(
      next.unmet[0]?.reason ?? '',
      /^version 2 of a is being rolled out: no worker has a slot and [\d.]+ MiB/,
    );
  });

  it('keeps the old replicas until routers have received the new ones', () => {
    const replicas = [
      replica('1', 'a:original', 'w'),
      replica('2', 'a:original', 'w', { version: 2, since: milliseconds(9_500) }),
    ];
    const moved = { served: new Map([['a', 2]]), variants: [second()] };
    assert.deepEqual(brief(plan({ ...moved, replicas })), []);
    assert.deepEqual(brief(plan({ ...moved, replicas, now: milliseconds(10_500) })), ['unload a:original on w']);
    assert.deepEqual(brief(plan({ ...moved, replicas: [replica('1', 'a:original', 'w', { state: 'loading' })] })), [
      'unload a:original on w',
      'load a:original v2 on w',
    ]);
  });

  const steps = fc.array(fc.constantFrom('turn', 'crash', 'forget', 'restart'), { minLength: 10, maxLength: 30 });
  const starts = fc.record({
    memory: fc.constantFrom(150, 250, 350, 800),
    workers: fc.integer({ min: 1, max: 3 }),
    recipes: fc.subarray(['int8-dynamic', 'fp16']),
    accuracies: fc.tuple(fc.constantFrom(0.8, 0.9), fc.constantFrom(0.8, 0.9), fc.constantFrom(0.8, 0.9)),
  });

  it('completes despite crashes, and never moves back', () => {
    fc.assert(
      fc.property(starts, steps, ({ memory, workers, recipes, accuracies }, events) => {
        const old = ['original', ...recipes].map((recipe, i) => first(recipe, { accuracy: accuracies[i] ?? 0.9 }));
        let now = world({
          architectures: [architecture('a', { version: 2, recipes })],
          variants: [...old, variant('a:original', { version: 2 })],
          workers: Array.from({ length: workers }, (_, i) => worker(`w${i}`, memory + 100 * Number(i === 0))),
          replicas: old.slice(0, 1).map(({ variant: { id } }) => replica('1', id, 'w0')),
        });
        const turn = (): void => {
          const before = now.served.get('a') ?? 0;
          now = carryOut(now, planReplicas(now, params), true);
          assert.ok((now.served.get('a') ?? 0) >= before, 'the name never goes back');
        };
        for (const [i, event] of events.entries()) {
          // The leader changes, which loses the served versions.
          if (event === 'forget' && now.served.get('a') === 1)
            now = { ...now, served: servedOf({ ...now, served: new Map() }) };
          // A worker loses its replicas.
          if (event === 'crash')
            now = { ...now, replicas: now.replicas.filter((_, at) => at !== i % now.replicas.length) };
          if (event === 'restart')
            now = { ...now, replicas: now.replicas.map((one) => ({ ...one, state: 'assigned' })) };
          turn();
        }
        for (let i = 0; i < 30; i++) turn();
        assert.equal(now.served.get('a'), 2);
        assert.deepEqual([...new Set(now.replicas.map(({ assignment }) => assignment.version))], [2]);
        assert.deepEqual(brief(planReplicas(now, params)), []);
      }),
      { numRuns: 60 },
    );
  });

  it('answers without a gap if there is memory for both', () => {
    fc.assert(
      fc.property(starts, ({ workers, recipes, accuracies }) => {
        const old = ['original', ...recipes].map((recipe, i) => first(recipe, { accuracy: accuracies[i] ?? 0.9 }));
        let now = world({
          architectures: [architecture('a', { version: 2, recipes })],
          variants: [...old, variant('a:original', { version: 2 })],
          workers: Array.from({ length: workers }, (_, i) => worker(`w${i}`, 2000)),
          replicas: old.map(({ variant: { id } }) => replica(id, id, 'w0')),
        });
        for (let i = 0; i < 40; i++) {
          const served = now.served.get('a');
          const ready = now.replicas.filter(
            ({ assignment, state }) => assignment.version === served && state === 'ready',
          );
          assert.ok(ready.length > 0, `turn ${i}`);
          now = carryOut(now, planReplicas(now, params), true);
        }
        assert.equal(now.served.get('a'), 2);
      }),
      { numRuns: 60 },
    );
  });
});

const declines = (kind: 'declined' | 'failed') =>
  architecture('a', { version: 2, recipes: ['fp16'] }, [
    { architecture: 'a', version: 2, recipe: 'fp16', result: { kind, reason: '' } },
  ]);
