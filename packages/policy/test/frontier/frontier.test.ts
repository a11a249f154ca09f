import assert from 'node:assert/strict';
import { hardwareClassId, variantId } from '@pareto/core';
import fc from 'fast-check';
import { frontierOf, paretoFront } from '../../src/index.js';
import { cpu, resultOf, type Figures } from '../support/measured.js';

const point = fc.record({ accuracy: fc.integer({ min: 0, max: 9 }), x: fc.integer({ min: 0, max: 9 }) });
type Point = Parameters<typeof paretoFront>[0][number];
const beats = (a: Point, b: Point): boolean =>
  a.accuracy >= b.accuracy && a.x <= b.x && (a.accuracy > b.accuracy || a.x < b.x);

describe('paretoFront', () => {
  it('has exactly the points that no other point beats', () => {
    fc.assert(
      fc.property(fc.array(point), (points) => {
        const front = paretoFront(points);
        assert.deepEqual(new Set(front), new Set(points.filter((one) => !points.some((other) => beats(other, one)))));
        assert.deepEqual(
          front,
          [...front].sort((a, b) => a.x - b.x || b.accuracy - a.accuracy),
        );
      }),
    );
  });

  it('keeps points that are equal in both', () => {
    const [a, b] = [
      { accuracy: 0.9, x: 5, name: 'a' },
      { accuracy: 0.9, x: 5, name: 'b' },
    ];
    assert.deepEqual(paretoFront([a, b, { accuracy: 0.9, x: 6, name: 'c' }]), [a, b]);
    assert.deepEqual(paretoFront([]), []);
  });
});

describe('frontierOf', () => {
  const input = (name: string, figures: Figures, costPer1k?: number) => ({
    variant: variantId(`a:${name}`),
    measurements: [{ hardwareClass: cpu, result: resultOf(figures) }],
    costPer1k,
  });
  const inputs = [
    input('original', { accuracy: 0.96, p99Ms: { 1: 10, 8: 40 } }, 4),
    input('int8-dynamic', { accuracy: 0.95, p99Ms: { 1: 5, 8: 12 } }, 1),
    input('fp16', { accuracy: 0.955, p99Ms: { 1: 12, 8: 42 } }, 2),
    input('int4', { accuracy: undefined, p99Ms: { 1: 1, 8: 2 } }, 0.1),
    input('unpriced', { accuracy: 0.9, p99Ms: { 1: 4, 8: 11 } }),
    input('small', { accuracy: 0.97, p99Ms: { 1: 1, 4: 4 } }, 0.1),
  ];
  const describeFrontier = (batch: number): readonly string[] =>
    frontierOf(inputs, cpu, batch).map(
      ({ variant, p99Ms, isFastest, isCheapest }) =>
        `${variant} ${p99Ms}${isFastest ? ' fastest' : ''}${isCheapest ? ' cheapest' : ''}`,
    );

  it('marks the measured variants on the fronts of latency and of cost', () => {
    assert.deepEqual(describeFrontier(8), [
      'a:unpriced 11 fastest',
      'a:int8-dynamic 12 fastest cheapest',
      'a:original 40 fastest cheapest',
      'a:fp16 42 cheapest',
    ]);
    assert.equal(describeFrontier(4)[0], 'a:small 4 fastest cheapest');
    assert.deepEqual(describeFrontier(16), []);
    assert.deepEqual(frontierOf(inputs, hardwareClassId('cuda/x/y/1g'), 1), []);
  });

  it('returns accuracy intervals unchanged', () => {
    const [first] = frontierOf(inputs, cpu, 8);
    assert.deepEqual([first?.accuracy.lower95, first?.accuracy.upper95], [0.89, 0.91]);
  });
});
