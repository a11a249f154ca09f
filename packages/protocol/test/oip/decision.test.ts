import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decisionVersion, decodeDecision, encodeDecision, type RoutedDecision } from '../../src/index.js';

const decision: fc.Arbitrary<RoutedDecision> = fc.record({
  decisionId: fc.string({ unit: 'binary-ascii' }),
  replica: fc.stringMatching(/^[!-z]+$/),
  variant: fc.stringMatching(/^[!-z]*$/),
  accuracy: fc.option(
    fc.double({ min: 0, max: 1, noNaN: true }).filter((value) => !Object.is(value, -0)),
    {
      nil: undefined,
    },
  ),
  costPer1k: fc.option(fc.double({ min: 1e-12, max: 1e3, noNaN: true }), { nil: undefined }),
  coldStart: fc.boolean(),
  degraded: fc.boolean(),
  latencyLeftMs: fc.nat(1e9).map((us) => us / 1000),
});

const invalid = { code: 'invalid-argument', message: "metadata pareto-internal-decision is not a router's decision" };

describe('a decision', () => {
  it('is decoded as it was encoded, in each version', () => {
    fc.assert(
      fc.property(decision, fc.nat(decisionVersion + 1), (given, version) => {
        const decoded = decodeDecision(encodeDecision(given, version));
        const costPer1k = version === 1 ? undefined : given.costPer1k;
        const { accuracy, costPer1k: decodedCost } = decoded;
        assert.deepEqual({ ...decoded, accuracy, costPer1k: decodedCost }, { ...given, costPer1k });
      }),
    );
  });

  it('has a fixed form, and is JSON for a worker of release 0.7 or older', () => {
    const given = {
      ...{ decisionId: 'r.1.ab', replica: 'p-0', variant: 'a:original', accuracy: 0.9, costPer1k: 4.9e-8 },
      ...{ coldStart: true, degraded: false, latencyLeftMs: 12.5 },
    };
    assert.equal(encodeDecision(given, decisionVersion), '2 p-0 a:original 0.9 4.9e-8 10 12500 r.1.ab');
    assert.equal(encodeDecision(given, 1), '1 p-0 a:original 0.9 10 12500 r.1.ab');
    assert.deepEqual(JSON.parse(encodeDecision(given, 0)), given);
  });

  for (const text of [
    undefined,
    '',
    '{',
    '{}',
    '1',
    '1 a b 0.9 00 12',
    '1 a b 0.9 00 soon id',
    '2 a b 0.9 00 12 id',
    '3 a b 0.9 1 00 12 id',
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => decodeDecision(text), invalid);
    });
  }
});
