import assert from 'node:assert/strict';
import pc from 'picocolors';
import { formatReport, type LoadSettings } from '../../src/index.js';
import { buildRun, buildSettings } from '../support/build-run.js';

const twoQueries: Partial<LoadSettings> = {
  queries: [
    { name: 'digits', target: 'digits', weight: 3, latencyMs: 50, minAccuracy: 0.985 },
    { name: 'shapes', target: 'shapes', weight: 1, maxMae: 2.5, arrivals: { process: 'constant', rate: 5 } },
  ],
};

describe('formatReport', () => {
  it('shows the settings, the outcomes and the load generator', () => {
    const right = { code: 'ok', right: true } as const;
    const run = buildRun(buildSettings(), [
      right,
      right,
      { code: 'ok', right: false, latencyMs: 60, variant: 'm:int8' },
    ]);
    assert.equal(
      formatReport(run),
      `digits on 127.0.0.1:8001
  Load         poisson arrivals, 50/s
  Duration     30s
  Samples      synthetic
  Connections  1, deadline 10000 ms
  Started      2026-01-31T12:00:00.000Z, seed 1
  Sent from    2 x CPU, Node 24.1.0

Requests
  Sent      3, 49.9/s of 50.0/s intended
  Answered  3 (100.00 %), 0.1/s
  Rejected  0 (0.00 %)
  Failed    0 (0.00 %)
  On time   66.67 % of all requests, within 50 ms
  Correct   66.67 % of 3

Latency in ms, from the intended send time
           MEAN   P50   P90   P95   P99  P99.9   MAX
  Answers  26.7  10.0  60.0  60.0  60.0   60.0  60.0

Answered by
  VARIANT     ANSWERS    SHARE
  m:original        2  66.67 %
  m:int8            1  33.33 %

Load generator
  CPU per request  41 µs
  Event loop busy  12 %
  Sent late by     0.05 ms (p50), 0.40 ms (p99), 2.00 ms (max)`,
    );
  });

  it('shows each query with its objective, and the reasons of rejections and failures', () => {
    const text = formatReport(
      buildRun(buildSettings(twoQueries), [
        { code: 'ok' },
        { code: 'ok', classIndex: 1 },
        { code: 'resource-exhausted', classIndex: 1, latencyMs: 1, message: 'predicted 60 ms, limit 50 ms' },
        { code: 'unavailable', classIndex: 1, message: 'no worker' },
      ]),
    );
    assert.match(text, /^digits, shapes on .*\n {2}Load +poisson arrivals, 50\/s; shapes: constant arrivals, 5\/s\n/);
    assert.match(
      text,
      /\n {2}digits {2}digits {2}≤ 50 ms, ≥ 98\.5 % +1 +100\.00 % +100\.00 % +0\.00 % +10\.0 +10\.0\n/,
    );
    assert.match(text, /\n {2}shapes {2}shapes {2}mae ≤ 2\.5 +3 +33\.33 % +33\.33 % +33\.33 % +10\.0 +10\.0\n/);
    assert.match(text, /\n {2}Rejections +1\.00 +1\.00/);
    assert.match(text, /\n +1 {2}25\.00 % {2}resource-exhausted {2}predicted N ms, limit N ms\n/);
    assert.match(text, /\n +1 {2}25\.00 % {2}unavailable +no worker\n/);
    assert.match(text, /within their objective/);
  });

  it('wraps reasons at the width of a terminal', () => {
    const message = 'the queue is full; lower the request rate or relax the objective';
    const text = formatReport(buildRun(buildSettings(), [{ code: 'unavailable', message }]), { width: 60 });
    assert.match(
      text,
      /\n {6}1 {2}100\.00 % {2}unavailable {2}the queue is full; lower\n {32}the request rate or relax\n {32}the objective\n/,
    );
  });

  it('has the reason why the load generator limits the result at its start', () => {
    const run = buildRun(buildSettings(), [{ code: 'ok' }]);
    const text = formatReport({ ...run, sender: { ...run.sender, bottleneck: 'its event loop was busy' } });
    assert.ok(
      text.indexOf('WARNING  The load generator limits this result: its event loop was busy.') <
        text.indexOf('Requests'),
    );
    assert.doesNotMatch(formatReport(run), /WARNING/);
  });

  it('states that a run was interrupted, and that nothing was sent', () => {
    const run = buildRun(buildSettings({ warmUpMs: 5_000 }), [], { interrupted: true, durationMs: 12_300 });
    const text = formatReport(run);
    assert.match(text, /Duration +30s, after 5s of warm-up; interrupted after 12\.3s\n/);
    assert.match(text, /Answered {2}0 \(-\)/);
    assert.doesNotMatch(text, /NaN|Answered by/);
  });

  it('has no intended rate and no lag in a closed loop', () => {
    const text = formatReport(buildRun(buildSettings({ loop: { kind: 'closed', inFlight: 8 } }), [{ code: 'ok' }]));
    assert.match(text, /Load +8 requests in flight \(closed loop\)/);
    assert.doesNotMatch(text, /intended\n|Sent late by/);
  });

  const loads: readonly (readonly [LoadSettings['loop'], RegExp])[] = [
    [{ kind: 'open', arrivals: { process: 'gamma', rate: 5, variation: 3 } }, /gamma arrivals, 5\/s, variation 3\n/],
    [
      { kind: 'open', arrivals: { process: 'diurnal', rate: 5, amplitude: 0.8, periodMs: 60_000 } },
      /diurnal arrivals, 5\/s ± 80 % in 1m\n/,
    ],
    [
      { kind: 'open', arrivals: { process: 'trace', trace: 'day.csv', fromMs: 0 } },
      /trace day\.csv, scaled to the recorded rate\n/,
    ],
    [
      { kind: 'open', arrivals: { process: 'trace', trace: 'day.csv', column: 'f1', fromMs: 3_600_000, rate: 50 } },
      /trace day\.csv \(f1\) from 1h to its end, scaled to 50\/s\n/,
    ],
  ];
  for (const [loop, expected] of loads)
    it(`describes ${JSON.stringify(loop)}`, () =>
      assert.match(formatReport(buildRun(buildSettings({ loop }), [])), expected));

  it('uses colours if asked to', () => {
    const run = buildRun(buildSettings(), []);
    assert.ok(formatReport(run, { paint: pc.createColors(true) }).includes('\x1b[1mRequests'));
    assert.ok(!formatReport(run).includes('\x1b'));
  });
});
