import assert from 'node:assert/strict';
import { fallbackObjective, milliseconds, type Objective } from '@pareto/core';
import fc from 'fast-check';
import { objectiveClass, strictestOf } from '../../src/index.js';

const positive = fc.double({ min: 0.001, max: 1e7, noNaN: true });
const objective: fc.Arbitrary<Objective> = fc.record(
  {
    latencyMs: positive.map(milliseconds),
    minAccuracy: fc.option(fc.double({ min: 0.001, max: 1, noNaN: true }), { nil: undefined }),
    maxCostPer1k: fc.option(positive, { nil: undefined }),
    accuracyBound: fc.constantFrom('point', 'lower95'),
    class: fc.constantFrom('online', 'offline'),
    degrade: fc.constantFrom('forbid', 'allow'),
    prefer: fc.constantFrom('cost', 'accuracy'),
  },
  { noNullPrototype: true },
);

describe('the class of an objective', () => {
  it('contains only similar objectives', () => {
    const scale = fc.double({ min: 1, max: 1.2, noNaN: true });
    fc.assert(
      fc.property(objective, scale, (one, factor) => {
        const other = { ...one, latencyMs: milliseconds(one.latencyMs * factor) };
        if (objectiveClass(one) === objectiveClass(other)) assert.ok(factor < 1.05 + 1e-9);
      }),
    );
  });

  it('is one of few for latencies between 1 ms and an hour', () => {
    const classes = new Set<string>();
    for (let ms = 1; ms <= 3_600_000; ms += ms < 1_000 ? 1 : 1_000)
      classes.add(objectiveClass({ ...fallbackObjective, latencyMs: milliseconds(ms) }));
    assert.ok(classes.size < 320, `${classes.size} classes`);
  });

  it('differs for other bounds of accuracy, classes of service, preferences, and floors', () => {
    const others: readonly Partial<Objective>[] = [
      { accuracyBound: 'lower95' },
      { class: 'offline' },
      { degrade: 'allow' },
      { prefer: 'cost' },
      { minAccuracy: 0.9 },
      { minAccuracy: 0.902 },
      { maxCostPer1k: 1 },
    ];
    const classes = [{}, ...others].map((fields) => objectiveClass({ ...fallbackObjective, ...fields }));
    assert.equal(new Set(classes).size, classes.length);
  });
});

describe('the strictest of two objectives', () => {
  it('is as strict as both, in either order', () => {
    fc.assert(
      fc.property(objective, objective, (a, b) => {
        const strictest = strictestOf(a, b);
        for (const each of [a, b]) assert.equal(strictestOf(strictest, each), strictest);
        assert.deepEqual(strictestOf(b, a), strictest);
      }),
    );
  });
});
