import assert from 'node:assert/strict';
import { errorCodes, milliseconds } from '@pareto/core';
import fc from 'fast-check';
import { arrivalLogHeader, formatArrival, formatLostArrivals, parseArrivalLine } from '../../src/index.js';

const inTenths = (max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: max * 10 }).map((value) => value / 10);
const number = fc.double({ min: 0, max: 1e9, noNaN: true }).map((value) => value + 0);

const arrivals = fc.record({
  at: inTenths(2e12),
  target: fc.constantFrom('digits', 'cnn:fp16@cuda', ''),
  task: fc.constantFrom('digits', ''),
  objective: fc.record(
    {
      latencyMs: number.map(milliseconds),
      minAccuracy: number,
      maxCostPer1k: number,
      class: fc.constantFrom('online' as const, 'offline' as const),
      accuracyBound: fc.constantFrom('point' as const, 'lower95' as const),
      degrade: fc.constantFrom('forbid' as const, 'allow' as const),
      prefer: fc.constantFrom('cost' as const, 'accuracy' as const),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  items: fc.nat(),
  requestBytes: fc.nat(),
  outcome: fc.constantFrom('ok' as const, 'late' as const, 'inaccurate' as const, ...errorCodes),
  latencyMs: inTenths(1e6),
  client: fc.constantFrom('', 'a-_9'),
});

describe('the line of a query in an arrival log', () => {
  it('has all that is read from it', () => {
    fc.assert(
      fc.property(arrivals, (arrival) => {
        assert.deepEqual(parseArrivalLine(formatArrival(arrival)), { kind: 'arrival', arrival: { ...arrival } });
      }),
    );
  });

  it('of the format without a preference is read too', () => {
    const header =
      '#pareto-arrivals 1 at,target,task,latency_ms,min_accuracy,max_cost_per_1k,class,accuracy_bound,degrade,items,bytes,outcome,took_ms,client';
    assert.deepEqual(parseArrivalLine(header), { kind: 'header' });
    const line = parseArrivalLine('1796133781414.6,t,t,100,0.95,,online,,,1,3215,ok,12.3,a-_9');
    assert.equal(line.kind === 'arrival' && line.arrival.client, 'a-_9');
  });

  it('is malformed if a part is missing or has another form', () => {
    const line = '1796133781414.6,t,t,100,0.95,,online,,,1,3215,ok,12.3,,accuracy';
    assert.equal(parseArrivalLine(line).kind, 'arrival');
    const earlier = line.length - ',accuracy'.length;
    for (let length = 0; length < earlier; length++)
      assert.equal(parseArrivalLine(line.slice(0, length)).kind, 'malformed', String(length));
    for (const [from, to] of [
      ['ok', 'fine'],
      ['online', 'on'],
      ['0.95', '-1'],
      ['3215', ''],
      ['12.3', '1 s'],
      ['accuracy', 'speed'],
    ] as const)
      assert.equal(parseArrivalLine(line.replace(from, to)).kind, 'malformed', to);
  });

  it('differs from lines about the log', () => {
    assert.deepEqual(parseArrivalLine(arrivalLogHeader), { kind: 'header' });
    assert.deepEqual(parseArrivalLine(formatLostArrivals(7)), { kind: 'lost', count: 7 });
    assert.deepEqual(parseArrivalLine('#pareto-arrivals 2 at,target'), { kind: 'malformed' });
  });
});
