import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseYaml, readYaml } from '@pareto/scenario';
import { checkScenario, parseScenario, type GivenScenario } from '../../src/scenario-file/scenario-table.js';
import type { GivenStream } from '../../src/scenario-file/traffic-table.js';
import { defaultSimulationParams } from '../../src/scenario/params.js';

const lines: readonly string[] = [
  'duration: 2m',
  'fleet:',
  '  classes: { cpu: { usdPerSlotHour: 0.05 } }',
  '  workers: [{ class: cpu, count: 2, slots: 4, memoryMib: 8192 }]',
  'registry:',
  '  variants:',
  '    - { name: small, task: images, accuracy: 0.7, profiles: [{ class: cpu, memoryMib: 9, load: 1s, points: [{ batch: 1, p50Ms: 4, p95Ms: 5, p99Ms: 6 }] }] }',
  'traffic:',
  '  - { task: images, arrivals: { process: poisson, rate: 10 }, objectives: [{ latencyMs: 50 }] }',
];

/** Returns the scenario with replaced texts and further lines. */
const scenario = (replaced: Readonly<Record<string, string>> = {}, ...more: readonly string[]): string =>
  [Object.entries(replaced).reduce((text, [from, to]) => text.replace(from, to), lines.join('\n')), ...more].join('\n');

function parse(text: string): GivenScenario {
  const yaml = parseYaml(text, 'a.yaml');
  const given = parseScenario(yaml);
  const [fleet, registry] = [given.fleet.value, given.registry.value];
  assert.ok(fleet !== undefined && registry !== undefined);
  checkScenario(given, { fleet, registry, standard: undefined }, yaml);
  return given;
}

const streamsOf = ({ traffic }: GivenScenario): readonly GivenStream[] => ('standard' in traffic ? [] : traffic);

describe('parseScenario', () => {
  it('reads a scenario', () => {
    assert.deepEqual(parse(scenario()), {
      duration: 120_000,
      fleet: {
        value: {
          classes: [{ name: 'cpu', usdPerSlotHour: 0.05 }],
          workers: [{ hardwareClass: 'cpu', count: 2, slots: 4, memoryMib: 8192 }],
        },
      },
      registry: {
        value: {
          tasks: [{ name: 'images' }],
          variants: [
            {
              ...{ name: 'small', architecture: 'small', task: 'images', accuracy: 0.7 },
              profiles: [
                {
                  ...{
                    hardwareClass: 'cpu',
                    memoryMib: 9,
                    loadMs: 1_000,
                    modelled: false,
                    source: 'a.yaml, variants[0]',
                  },
                  points: [{ batch: 1, p50Ms: 4, p95Ms: 5, p99Ms: 6 }],
                },
              ],
            },
          ],
        },
      },
      traffic: [
        {
          task: 'images',
          arrivals: { kind: 'poisson', ratePerSecond: 10 },
          objectives: [{ weight: 1, objective: { latencyMs: 50 } }],
        },
      ],
    });
  });

  const arrivals: readonly (readonly [text: string, expected: object])[] = [
    ['process: constant, rate: 5', { kind: 'constant', ratePerSecond: 5 }],
    ['process: gamma, rate: 5', { kind: 'gamma', ratePerSecond: 5, variation: 2 }],
    [
      'process: diurnal, rate: 5, period: 1h, peak: 0',
      { kind: 'diurnal', ratePerSecond: 5, amplitude: 0.8, periodMs: 3_600_000, peakMs: 0 },
    ],
    ['process: step, rate: 5, factor: 2, at: 10', { kind: 'step', ratePerSecond: 5, factor: 2, atMs: 10_000 }],
    [
      'process: trace, file: day.csv, columns: [f1, f2], from: 6h, to: 7h, rate: 50',
      {
        ...{ kind: 'trace', file: 'day.csv', columns: ['f1', 'f2'], scale: 1, ratePerSecond: 50 },
        ...{ fromMs: 21_600_000, toMs: 25_200_000 },
      },
    ],
  ];
  for (const [text, expected] of arrivals)
    it(`reads the arrivals { ${text} }`, () => {
      const [stream] = streamsOf(parse(scenario({ 'process: poisson, rate: 10': text })));
      assert.deepEqual(stream?.arrivals, expected);
    });

  it('overrides parameters, and keeps the others', () => {
    const more =
      'params: { router: { admit: { shares: { limits: [{ aboveRatio: 2, maxWaitBatches: 1 }] } } }, turn: { placement: { copies: 3, releasesHosts: true } } }';
    const { params } = parse(scenario({}, more));
    const { router, turn } = defaultSimulationParams;
    assert.deepEqual(params, {
      ...defaultSimulationParams,
      router: {
        ...router,
        admit: {
          ...router.admit,
          shares: { ...router.admit.shares, limits: [{ aboveRatio: 2, maxWaitBatches: 1 }] },
        },
      },
      turn: { ...turn, placement: { ...turn.placement, budgetUsdPerHour: Infinity, copies: 3, releasesHosts: true } },
    });
  });

  it('reads all faults', () => {
    const faults = [
      '{ kind: worker-fails, at: 1s, worker: w0 }',
      '{ kind: worker-hangs, at: 1s, worker: w0 }',
      '{ kind: worker-leaves, at: 1s, worker: w1 }',
      '{ kind: worker-joins, at: 1s, worker: w2, class: cpu, slots: 4, memoryMib: 9 }',
      '{ kind: worker-joins, at: 1s, worker: w3, class: cpu, slots: 4, memoryMib: 9, start: 40s }',
      '{ kind: executor-dies, at: 1s, worker: w2, variant: small }',
      '{ kind: slow-service, at: 1s, until: 2s, factor: 2 }',
    ];
    assert.deepEqual(parse(scenario({}, `faults: [${faults.join(', ')}]`)).faults, [
      { kind: 'worker-fails', atMs: 1_000, worker: 'w0' },
      { kind: 'worker-hangs', atMs: 1_000, worker: 'w0' },
      { kind: 'worker-leaves', atMs: 1_000, worker: 'w1' },
      { kind: 'worker-joins', atMs: 1_000, worker: 'w2', of: { hardwareClass: 'cpu', slots: 4, memoryMib: 9 } },
      {
        ...{ kind: 'worker-joins', atMs: 1_000, worker: 'w3', startMs: 40_000 },
        of: { hardwareClass: 'cpu', slots: 4, memoryMib: 9 },
      },
      { kind: 'executor-dies', atMs: 1_000, worker: 'w2', variant: 'small' },
      { kind: 'slow-service', atMs: 1_000, untilMs: 2_000, factor: 2 },
    ]);
  });

  const replaced = (from: string, to: string): string => scenario({ [from]: to });
  const added = (line: string): string => scenario({}, line);
  const invalid: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /^a\.yaml:1: expected keys such as duration, fleet, registry and traffic$/],
    [
      replaced('duration: 2m\n', ''),
      /^a\.yaml:1: duration is missing; expected the simulated time, such as duration: 10m$/,
    ],
    [
      replaced('2m', '2 hours'),
      /^a\.yaml:1: duration: expected a duration above 0 .*, received "2 hours"; for example/,
    ],
    [replaced('2m', '800h'), /^a\.yaml:1: duration: expected at most 31 days, received 800h$/],
    [
      replaced('count: 2', 'count: -2'),
      /^a\.yaml:4: fleet\.workers\[0\]\.count: expected a whole number from 1 to 100000, received -2; for example count: 4$/,
    ],
    [replaced('count: 2', 'count: 1e309'), /workers\[0\]\.count: expected a whole number .*, received Infinity;/],
    [
      replaced('memoryMib: 8192', 'memoryMib: .nan'),
      /workers\[0\]\.memoryMib: expected a number above 0, received NaN;/,
    ],
    [
      replaced('class: cpu,', 'class: gpu,'),
      /^a\.yaml:4: fleet\.workers\[0\]\.class: expected a class of the fleet \(cpu\), received "gpu"$/,
    ],
    [
      replaced('[{ class: cpu, memoryMib', '[{ class: gpu, memoryMib'),
      /^a\.yaml:7: registry\.variants\[0\]\.profiles\[0\]\.class: expected a class of the fleet, received "gpu"/,
    ],
    [
      replaced('accuracy: 0.7', 'accuracy: 70'),
      /^a\.yaml:7: registry\.variants\[0\]\.accuracy: expected a number from 0 to 1, received 70; for example accuracy: 0\.92$/,
    ],
    [replaced('p95Ms: 5', 'p95Ms: 9'), /points\[0\]: expected p50Ms <= p95Ms <= p99Ms, received 4, 9 and 6$/],
    [
      replaced(' }] }] }', ' }, { batch: 1, p50Ms: 4, p95Ms: 5, p99Ms: 6 }] }] }'),
      /points\[1\]\.batch: expected ascending batch sizes, received 1$/,
    ],
    [
      replaced('- { task: images', '- { task: image'),
      /^a\.yaml:9: traffic\[0\]\.task: expected a task with variants, received "image"; did you mean images\?$/,
    ],
    [
      replaced('poisson', 'poison'),
      /^a\.yaml:9: traffic\[0\]\.arrivals\.process: expected constant, poisson, gamma, diurnal, step or trace, received "poison"$/,
    ],
    [replaced('rate: 10', 'rte: 10'), /^a\.yaml:9: traffic\[0\]\.arrivals\.rte is unknown: did you mean rate\?$/],
    [replaced('rate: 10', 'rate: 10, variation: 2'), /arrivals\.variation is unknown: the keys are process, rate$/],
    [
      replaced('rate: 10', 'rate: 1e12'),
      /arrivals\.rate: expected a rate above 0 and up to 10000000\/s, received 1000000000000; for/,
    ],
    [
      replaced('poisson, rate: 10', 'gamma, rate: 10, variation: 1e6'),
      /arrivals\.variation: expected a number from 0.01 to 100, received 1000000; for example variation: 2$/,
    ],
    [
      replaced('poisson, rate: 10', 'step, rate: 10, factor: 1e7, at: 1s'),
      /arrivals\.factor: expected a rate of up to 10000000\/s after the step$/,
    ],
    [replaced('{ process: poisson, rate: 10 }', 'poisson'), /arrivals: expected an object with the key process$/],
    [
      replaced('process: poisson, rate: 10', 'process: trace, file: a.csv, from: 2s, to: 1s'),
      /arrivals\.to: expected a time after from$/,
    ],
    [
      replaced('latencyMs: 50', 'latency: 50'),
      /^a\.yaml:9: traffic\[0\]\.objectives\[0\]\.latency is unknown: did you mean latencyMs\?$/,
    ],
    [added('seeds: [1.5]'), /^a\.yaml:10: seeds\[0\]: expected a whole number from 0 to 4294967295, received 1\.5$/],
    [added('policies: pareto'), /^a\.yaml:10: policies: expected a list of policies, such as \[pareto\]$/],
    [
      added('params:\n  router:\n    hold: { maxHold: 5 }'),
      /^a\.yaml:12: params\.router\.hold\.maxHold is unknown: did you mean maxHoldMs\?$/,
    ],
    [
      added('params: { router: { hold: { maxHoldMs: 0 } } }'),
      /maxHoldMs: expected a number above 0, received 0; for example maxHoldMs: 30000$/,
    ],
    [
      added('params: { router: { route: { pauseShare: 2 } } }'),
      /pauseShare: expected a number from 0 to 1, received 2; for/,
    ],
    [
      added('params: { turn: { placement: { releasesHosts: 1 } } }'),
      /releasesHosts: expected true or false, received 1; for example releasesHosts: false$/,
    ],
    [
      added('params: { router: { admit: { shares: { limits: [{ aboveRatio: 1 }] } } } }'),
      /limits\[0\]: expected the keys aboveRatio, maxWaitBatches; maxWaitBatches is missing$/,
    ],
    [
      added('params: { router: { admit: { shares: { limits: 3 } } } }'),
      /limits: expected a list of objects with the keys aboveRatio, maxWaitBatches$/,
    ],
    [added('params: { router: 3 }'), /^a\.yaml:10: params\.router: expected parameters by name$/],
    [
      added('faults: [{ at: 1s }]'),
      /^a\.yaml:10: faults\[0\]: expected the key kind: worker-fails, worker-hangs, worker-leaves, worker-joins, executor-dies, slow-service$/,
    ],
    [
      added('faults: [{ kind: worker-fails, at: 1s, worker: w2 }]'),
      /faults\[0\]\.worker: expected a worker from w0 to w1, or one that joins before, received "w2"$/,
    ],
    [
      added('faults: [{ kind: worker-fails, at: 1s, worker: w00 }]'),
      /faults\[0\]\.worker: expected a worker from w0 to w1, or one that joins before, received "w00"$/,
    ],
    [
      added(
        'faults: [{ kind: worker-fails, at: 1s, worker: w2 }, { kind: worker-joins, at: 2s, worker: w2, class: cpu, slots: 1, memoryMib: 1 }]',
      ),
      /faults\[0\]\.worker: expected a worker from w0 to w1, or one that joins before, received "w2"$/,
    ],
    [
      added('faults: [{ kind: worker-joins, at: 2s, worker: w1, class: cpu, slots: 1, memoryMib: 1 }]'),
      /faults\[0\]\.worker: expected a new worker, or one that has failed, hangs or has left before, received "w1"$/,
    ],
    [added('faults: [{ kind: worker-fails, at: 3m, worker: w0 }]'), /faults\[0\]\.at: expected a time up to 2m$/],
    [
      added('faults: [{ kind: executor-dies, at: 1s, worker: w0, variant: smal }]'),
      /faults\[0\]\.variant: expected a variant of the registry, received "smal"; did you mean small\?$/,
    ],
    [
      added('faults: [{ kind: slow-service, at: 2s, until: 1s, factor: 2 }]'),
      /faults\[0\]\.until: expected a time after at$/,
    ],
    [added('constructor: 1'), /^a\.yaml:10: constructor is unknown: /],
  ];
  for (const [text, message] of invalid)
    it(`rejects a scenario with ${String(message)}`, () =>
      assert.throws(() => parse(text), { message, code: 'invalid-argument' }));

  it('rejects variants of the same name', () => {
    const variant = lines[6] ?? '';
    assert.throws(() => parse(replaced(variant, `${variant}\n${variant}`)), {
      message: 'a.yaml:8: registry.variants[1].name: expected a name that no other variant has',
    });
  });

  it('accepts the examples', async () => {
    const folder = fileURLToPath(new URL('../../../../examples/simulate/', import.meta.url));
    const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
    assert.ok(names.length >= 4);
    for (const name of names) assert.ok(parseScenario(await readYaml(`${folder}${name}`)).duration > 0);
  });
});
