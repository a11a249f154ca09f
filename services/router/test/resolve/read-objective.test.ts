import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import type { ParameterValue } from '@pareto/protocol';
import { objectiveOfMetadata, objectiveOfParameters, timeoutMsOf } from '../../src/resolve/read-objective.js';

const read = (entries: Record<string, ParameterValue>) => {
  const objective = objectiveOfParameters(new Map(Object.entries(entries)));
  return Object.fromEntries(Object.entries(objective).filter(([, value]) => value !== undefined));
};

describe('reading an objective', () => {
  it('accepts numbers and text', () => {
    assert.deepEqual(read({ latency_ms: 50, min_accuracy: '0.9', max_cost_per_1k: '1e-3', other: 'x' }), {
      latencyMs: 50,
      minAccuracy: 0.9,
      maxCostPer1k: 0.001,
    });
    assert.deepEqual(read({ class: 'offline', degrade: 'allow', accuracy_bound: 'lower95', prefer: 'accuracy' }), {
      class: 'offline',
      degrade: 'allow',
      accuracyBound: 'lower95',
      prefer: 'accuracy',
    });
    assert.equal(objectiveOfMetadata(new Map([['x-pareto-max-cost-per-1k', '2']])).maxCostPer1k, 2);
  });

  const malformed: readonly Record<string, ParameterValue>[] = [
    { latency_ms: 'soon' },
    { latency_ms: 0 },
    { latency_ms: '' },
    { latency_ms: true },
    { min_accuracy: 1.01 },
    { max_cost_per_1k: -1 },
    { class: 'urgent' },
    { degrade: true },
    { prefer: 'speed' },
  ];
  for (const entries of malformed) {
    it(`rejects ${JSON.stringify(entries)}`, () => {
      const [name = ''] = Object.keys(entries);
      assert.throws(
        () => read(entries),
        (error) => error instanceof ParetoError && error.code === 'invalid-argument' && error.message.includes(name),
      );
    });
  }

  it('quotes the received value in errors, even NaN and Infinity', () => {
    assert.throws(() => read({ latency_ms: Number.NaN }), {
      message: /^parameter latency_ms is NaN: expected a number/,
    });
    assert.throws(() => read({ latency_ms: Infinity }), { message: /^parameter latency_ms is Infinity: expected/ });
  });

  for (const value of ['soon', '0', '']) {
    it(`names the metadata key in the error for ${JSON.stringify(value)}`, () => {
      assert.throws(() => objectiveOfMetadata(new Map([['x-pareto-latency-ms', value]])), {
        code: 'invalid-argument',
        message: /^metadata x-pareto-latency-ms is /,
      });
    });
  }

  const unknownKeys: readonly (readonly [string, RegExp])[] = [
    ['x-pareto-min-acuracy', /^metadata x-pareto-min-acuracy is unknown: did you mean x-pareto-min-accuracy\?$/],
    ['x-pareto-latencyms', /did you mean x-pareto-latency-ms\?$/],
    ['x-pareto-max_cost_per_1k', /did you mean x-pareto-max-cost-per-1k\?$/],
    ['x_pareto_class', /did you mean x-pareto-class\?$/],
    ['x-pareto-colour', /is unknown: expected one of x-pareto-latency-ms, x-pareto-min-accuracy, .*x-pareto-prefer$/],
  ];
  for (const [key, message] of unknownKeys) {
    it(`rejects the metadata key ${key}`, () => {
      const metadata = new Map([
        ['x-pareto-latency-ms', '10'],
        [key, '0.9'],
      ]);
      assert.throws(() => objectiveOfMetadata(metadata), { code: 'invalid-argument', message });
    });
  }

  it('ignores the metadata of others', () => {
    const metadata = new Map(['x-request-id', 'x-forwarded-for', 'authorization', 'te'].map((key) => [key, '1']));
    assert.deepEqual(objectiveOfMetadata(metadata), {});
  });

  it("converts the protocol's timeout from µs", () => {
    assert.equal(timeoutMsOf(new Map([['timeout', 1500]])), 1.5);
    assert.equal(timeoutMsOf(new Map()), undefined);
    assert.equal(timeoutMsOf(new Map([['timeout', 0]])), undefined);
  });
});
