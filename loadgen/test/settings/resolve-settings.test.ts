import assert from 'node:assert/strict';
import type { LoadSettings } from '../../src/index.js';
import type { Given } from '../../src/settings/given-settings.js';
import { parseYaml } from '@pareto/scenario';
import { parseScenario } from '../../src/settings/parse-scenario.js';
import { resolveSettings } from '../../src/settings/resolve-settings.js';

const resolve = (flags: Partial<Given>, file?: string): LoadSettings =>
  resolveSettings(flags, file === undefined ? undefined : parseScenario(parseYaml(file, 'load.yaml')));

const target = 'digits';

describe('resolveSettings', () => {
  it('has defaults for everything except the target', () => {
    assert.deepEqual(resolve({ target }), {
      ...{ address: '127.0.0.1:8001', connections: 1, headers: {} },
      ...{ durationMs: 10_000, warmUpMs: 0, timeoutMs: 10_000, seed: 1 },
      loop: { kind: 'open', arrivals: { process: 'constant', rate: 100 } },
      queries: [{ name: 'digits', target: 'digits', weight: 1 }],
    });
  });

  const processes: readonly (readonly [Partial<Given>, unknown])[] = [
    [{ arrivals: 'gamma' }, { process: 'gamma', rate: 100, variation: 2 }],
    [
      { arrivals: 'diurnal', rate: 5 },
      { process: 'diurnal', rate: 5, amplitude: 0.8, periodMs: 10_000 },
    ],
    [{ trace: 'day.csv' }, { process: 'trace', trace: 'day.csv', fromMs: 0 }],
    [
      { arrivals: 'trace', trace: 'day.csv', traceColumn: 'f1', traceFrom: 1, traceTo: 2, rate: 9 },
      { process: 'trace', trace: 'day.csv', column: 'f1', fromMs: 1, toMs: 2, rate: 9 },
    ],
  ];
  for (const [flags, arrivals] of processes)
    it(`completes ${JSON.stringify(flags)}`, () =>
      assert.deepEqual(resolve({ target, ...flags }).loop, { kind: 'open', arrivals }));

  it('makes a query of each latency of a mix', () => {
    const mix = [
      { latencyMs: 60, weight: 1 },
      { latencyMs: 400, weight: 3 },
    ];
    assert.deepEqual(resolve({ target, mix, minAccuracy: 0.9 }).queries, [
      { name: '60 ms', target, weight: 1, latencyMs: 60, minAccuracy: 0.9 },
      { name: '400 ms', target, weight: 3, latencyMs: 400, minAccuracy: 0.9 },
    ]);
  });

  it('lets flags override the file, and its queries take what they omit from its top level', () => {
    const file = `
      rate: 50
      duration: 60
      latencyMs: 100
      queries:
        - { target: digits, latencyMs: 50 }
        - { target: digits }
        - { target: shapes, weight: 2 }
    `;
    const fromFile = resolve({}, file);
    assert.deepEqual(
      [fromFile.durationMs, fromFile.loop],
      [60_000, { kind: 'open', arrivals: { process: 'constant', rate: 50 } }],
    );
    assert.deepEqual(fromFile.queries, [
      { name: 'digits 50 ms', target: 'digits', weight: 1, latencyMs: 50 },
      { name: 'digits 100 ms', target: 'digits', weight: 1, latencyMs: 100 },
      { name: 'shapes', target: 'shapes', weight: 2, latencyMs: 100 },
    ]);
    const { loop, queries } = resolve({ rate: 10, minAccuracy: 0.9 }, file);
    assert.deepEqual(loop, { kind: 'open', arrivals: { process: 'constant', rate: 10 } });
    assert.ok(queries.every(({ minAccuracy }) => minAccuracy === 0.9));
  });

  it('lets a floor replace one by another metric', () => {
    const file = `
      minAccuracy: 0.9
      queries:
        - { target: houses, maxRmse: 20 }
        - { target: digits }
    `;
    assert.deepEqual(resolve({}, file).queries, [
      { name: 'houses', target: 'houses', weight: 1, maxRmse: 20 },
      { name: 'digits', target: 'digits', weight: 1, minAccuracy: 0.9 },
    ]);
    assert.deepEqual(
      resolve({ minR2: 0.5 }, file).queries.map(({ minAccuracy, maxRmse, minR2 }) => [minAccuracy, maxRmse, minR2]),
      [
        [undefined, undefined, 0.5],
        [undefined, undefined, 0.5],
      ],
    );
  });

  it('replaces the arrivals of the file by those of flags', () => {
    const file = 'target: digits\narrivals: gamma\nvariation: 3\nrate: 5';
    assert.deepEqual(resolve({ arrivals: 'constant' }, file).loop, {
      kind: 'open',
      arrivals: { process: 'constant', rate: 5 },
    });
    assert.deepEqual(resolve({ variation: 4 }, file).loop, {
      kind: 'open',
      arrivals: { process: 'gamma', rate: 5, variation: 4 },
    });
    assert.deepEqual(resolve({ inFlight: 8 }, file).loop, { kind: 'closed', inFlight: 8 });
    assert.equal(resolve({ rate: 8 }, 'target: digits\ninFlight: 3').loop.kind, 'open');
  });

  it('gives queries arrivals of their own', () => {
    const { loop, queries } = resolve(
      {},
      'queries: [{ target: digits, rate: 5 }, { target: shapes, arrivals: poisson }]',
    );
    assert.deepEqual(loop, { kind: 'open' });
    assert.deepEqual(
      queries.map(({ arrivals }) => arrivals),
      [
        { process: 'constant', rate: 5 },
        { process: 'poisson', rate: 100 },
      ],
    );
  });

  it('uses TLS if a certificate is named', () => {
    assert.deepEqual(resolve({ target, tls: true }).tls, {});
    assert.deepEqual(resolve({ target, ca: 'ca.crt', cert: 'c', key: 'k' }).tls, { ca: 'ca.crt', cert: 'c', key: 'k' });
  });

  const invalid: readonly (readonly [flags: Partial<Given>, file: string | undefined, message: RegExp])[] = [
    [{}, undefined, /^--target is missing; pass a task/],
    [{}, 'queries: [{ latencyMs: 5 }]', /^load\.yaml: queries\[0\]\.target is missing$/],
    [
      { target, variation: 3 },
      undefined,
      /^--variation has no effect on constant arrivals; it belongs to the arrivals gamma/,
    ],
    [{ target, arrivals: 'trace' }, undefined, /^--trace is missing; /],
    [{ target, trace: 'x', traceFrom: 5, traceTo: 5 }, undefined, /^--trace-to must be after --trace-from$/],
    [{ target, inFlight: 2, rate: 5 }, undefined, /^--rate cannot be used with --in-flight: the closed loop/],
    [{ target }, 'inFlight: 2\nperiod: 5', /^period in load\.yaml cannot be used with inFlight in load\.yaml: /],
    [{ target, latencyMs: 5, mix: [] }, undefined, /^--mix cannot be used with --latency-ms; add/],
    [{ mix: [] }, 'queries: [{ target: digits }]', /^--mix cannot be used with the queries of load\.yaml; /],
    [{ target, cert: 'x' }, undefined, /^--cert and --key belong together; pass both$/],
    [
      { inFlight: 2 },
      'queries: [{ target: a, rate: 5 }]',
      /queries\[0\]\.rate cannot be used in a closed loop \(--in-flight\)/,
    ],
    [{}, 'queries: [{ target: a, rate: 5, weight: 2 }]', /queries\[0\]\.weight has no effect, because .* \(rate\)$/],
    [{}, 'queries: [{ target: a, period: 5 }]', /^load\.yaml: queries\[0\]\.period has no effect on constant arrivals/],
    [{ rate: 5 }, 'queries: [{ target: a, rate: 5 }]', /^--rate has no effect: each query .* has arrivals of its own$/],
    [{}, 'queries: [{ target: a }, { target: a }]', /^load\.yaml: two queries are called "a"; give each a name/],
  ];
  for (const [flags, file, message] of invalid)
    it(`rejects ${JSON.stringify(flags)} with ${JSON.stringify(file ?? 'no file')}`, () =>
      assert.throws(() => resolve(flags, file), { message, code: 'invalid-argument' }));
});
