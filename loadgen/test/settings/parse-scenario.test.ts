import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseYaml } from '@pareto/scenario';
import { parseScenario } from '../../src/settings/parse-scenario.js';
import { readScenario } from '../../src/settings/read-scenario.js';
import { resolveSettings } from '../../src/settings/resolve-settings.js';

describe('parseScenario', () => {
  it('reads settings and queries, with paths relative to the file', () => {
    const text = `
      rate: 50
      duration: 30m
      warmUp: 5
      trace: traces/day.csv
      header: { Authorization: Bearer x }
      queries:
        - { target: digits, latencyMs: 50, weight: 3, data: ../digits.npz }
        - { name: slow, target: shapes, arrivals: poisson, rate: 1, class: offline }
    `;
    assert.deepEqual(parseScenario(parseYaml(text, 'load/three.yaml')), {
      file: 'load/three.yaml',
      settings: {
        ...{ rate: 50, duration: 1_800_000, warmUp: 5_000, trace: 'load/traces/day.csv' },
        header: { authorization: 'Bearer x' },
      },
      queries: [
        { target: 'digits', latencyMs: 50, weight: 3, data: 'digits.npz' },
        { name: 'slow', target: 'shapes', arrivals: 'poisson', rate: 1, class: 'offline' },
      ],
    });
  });

  it('reads JSON', () => {
    const { settings, queries } = parseScenario(parseYaml('{ "target": "digits", "inFlight": 8 }', 'load.json'));
    assert.deepEqual([settings, queries], [{ target: 'digits', inFlight: 8 }, undefined]);
  });

  const invalid: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /^load\.yaml contains no settings; expected keys such as rate$/],
    ['rate: [', /^load\.yaml: .*line 1/],
    ['rate: 1\nrate: 2', /^load\.yaml: Map keys must be unique at line 2/],
    ['rate: fast', /^load\.yaml: rate: expected a number above 0, received "fast"$/],
    [
      'duration: long',
      /^load\.yaml: duration: expected a duration above 0 such as 90, 90s, 30m or 1h, received "long"/,
    ],
    ['latency: 5', /^load\.yaml: latency is unknown: did you mean latencyMs\?$/],
    ['latency-ms: 5', /^load\.yaml: latency-ms is unknown: did you mean latencyMs\?$/],
    ['toString: 5', /^load\.yaml: toString is unknown: /],
    ['queries: []', /^load\.yaml: queries: expected a list with at least one query$/],
    ['queries: [digits]', /^load\.yaml: queries\[0\]: expected keys such as target$/],
    ['queries: [{ target: digits, minAccuracy: 98 }]', /queries\[0\]\.minAccuracy: expected a number from 0 to 1, rec/],
    ['queries: [{ target: 5 }]', /queries\[0\]\.target: expected a text, received 5$/],
    ['queries: [{ target: a }, { target: b, wieght: 2 }]', /queries\[1\]\.wieght is unknown: did you mean weight\?$/],
    ['queries: [{ target: a, duration: 5 }]', /queries\[0\]\.duration is unknown: the keys are name, weight, /],
  ];
  for (const [text, message] of invalid)
    it(`rejects ${JSON.stringify(text)}`, () =>
      assert.throws(() => parseScenario(parseYaml(text, 'load.yaml')), { message, code: 'invalid-argument' }));

  it('accepts the examples', async () => {
    const folder = fileURLToPath(new URL('../../../examples/load/', import.meta.url));
    const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
    assert.ok(names.length > 0);
    for (const name of names) {
      const scenario = await readScenario(`${folder}${name}`);
      assert.ok(resolveSettings({}, scenario).queries.length > 1);
    }
  });
});
