import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { parseTrace, planArrivals } from '@pareto/workload';
import type { TraceSettings } from '../../src/settings/load-settings.js';
import { scaleTrace } from '../../src/traces/scale-trace.js';

describe('scaleTrace', () => {
  /** Ten minutes at 10/s, then ten without data, then ten at 30/s. */
  const rows = Array.from({ length: 30 }, (_, minute) => {
    const isGap = minute >= 10 && minute < 20;
    return `${minute},${minute < 10 ? 600 : isGap ? 0 : 1800},${isGap ? 1 : 0}`;
  });
  const counts = parseTrace(`minute,requests,gap\n${rows.join('\n')}`, 'trace.csv');
  const settings: TraceSettings = { process: 'trace', trace: 'trace.csv', fromMs: 0 };

  const arrivals = (trace: typeof counts, given: Partial<TraceSettings>, durationMs: number): Float64Array =>
    planArrivals(
      { kind: 'trace', ...scaleTrace(trace, { ...settings, ...given }, durationMs) },
      durationMs,
      createSeededRng(1),
    );
  const between = (times: Float64Array, fromMs: number, toMs: number): number =>
    times.filter((ms) => ms >= fromMs && ms < toMs).length;

  it('compresses the trace into the duration at the mean rate, and keeps its shape', () => {
    const times = arrivals(counts, { rate: 50 }, 20_000);
    assert.ok(Math.abs(times.length - 1000) < 20, `${times.length} arrivals`);
    const share = between(times, 10_000, 20_000) / times.length;
    assert.ok(Math.abs(share - 0.75) < 0.02, `${share} are in the second half`);
  });

  it('keeps the recorded mean rate, without the gaps, if no rate is given', () => {
    const times = arrivals(counts, {}, 20_000);
    assert.ok(Math.abs(times.length - 400) < 20, `${times.length} arrivals`);
  });

  it('replays a part of the trace in real time', () => {
    const times = arrivals(counts, { fromMs: 20 * 60_000, toMs: 22 * 60_000 }, 120_000);
    assert.equal(times.length, 3600);
    assert.ok(Math.abs(between(times, 0, 60_000) - 1800) < 2);
  });

  it('keeps the pattern of recorded times', () => {
    const recorded = parseTrace('t_s,tokens\n100,1\n101,1\n110,1\n', 'trace.csv');
    // The trace ends a mean gap after its last arrival: at 15 s.
    assert.deepEqual([...arrivals(recorded, { rate: 2 }, 1_500)], [0, 100, 1000]);
    assert.deepEqual([...arrivals(recorded, { fromMs: 1_000, toMs: 11_000, rate: 2 }, 1_000)], [0, 900]);
    const denser = arrivals(recorded, { rate: 1_000 }, 1_500);
    assert.ok(Math.abs(denser.length - 1500) < 3 && denser[0] === 0, `${denser.length} arrivals`);
  });

  it('replays the clients of a trace at a rate', () => {
    const rows = ['m,c0,0,2,1,Gamma,1,0.5', 'm,c0,600,1,1,Gamma,1,1', 'm,c1,600,3,1,Weibull,1,0.3'];
    const header = 'model,client,t_s,rate_rps,iat_cv,iat_dist,param1,param2';
    const recorded = parseTrace(`${header}\n${rows.join('\n')}\n`, 'trace.csv');
    const times = arrivals(recorded, { rate: 100 }, 60_000);
    assert.ok(Math.abs(times.length / 6_000 - 1) < 0.06, `${times.length} arrivals`);
    const share = between(times, 30_000, 60_000) / times.length;
    assert.ok(Math.abs(share - 2 / 3) < 0.03, `${share} are in the second half`);
  });

  it('rejects a part without requests', () => {
    const empty =
      (given: Partial<TraceSettings>): (() => unknown) =>
      () =>
        scaleTrace(counts, { ...settings, ...given }, 1);
    assert.throws(empty({ fromMs: 3_600_000 }), {
      message: 'trace.csv has no requests from 1h to its end; it ends at 30m',
    });
    assert.throws(empty({ fromMs: 600_000, toMs: 660_000 }), { message: /no requests from 10m to 11m/ });
  });
});
