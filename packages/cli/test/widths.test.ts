// Every table fits 100 columns, and 80, with names of up to 40 characters.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type RpcServer } from '@pareto/rpc';
import { createTempFolder } from '@pareto/testkit';
import pc from 'picocolors';
import { formatOutcomes } from '../src/quickstart/report.js';
import { planQueries } from '../src/quickstart/queries.js';
import { findOffers } from '../src/quickstart/offers.js';
import { formatRegistered } from '../src/commands/register/registered-summary.js';
import { runProgram } from '../src/program.js';
import { createTerminal } from '../src/terminal/terminal.js';
import { clock } from './support/clock.js';
import { createFakeStorage, startFakeController, type FakeController } from './support/fake-controller.js';
import {
  cpu,
  digits,
  fakeArchitecture,
  fakeMeasurement,
  fakeOutcome,
  fakeTask,
  fakeVariant,
} from './support/fake-description.js';
import { fakeJob, fakeStep } from './support/fake-jobs.js';
import { fakeReplica, fakeTaskLoad, fakeUnmetNeed, fakeWorker } from './support/fake-overview.js';

interface Names {
  readonly task: string;
  readonly models: readonly [string, string];
  readonly worker: string;
}

const usual: Names = { task: 'digits', models: ['mlp-large', 'cnn-large'], worker: 'worker-1' };
const long: Names = {
  task: 'image-classification-of-the-north-region',
  models: ['resnet50-imagenet-finetuned-2026-11-v001', 'efficientnet-b4-noisy-student-2026-11-v2'],
  worker: 'gpu-node-pool-a100-7f8d9c6b5d-x2x4z-0001',
};

const sentence = 'the queries of this task wait because none of the 3 workers that have its hardware class has room';

function world({ task, models, worker }: Names) {
  const [first, second] = models;
  const name = (recipe: string, model = first): string => `${model}:${recipe}`;
  const variants = [
    { name: name('original'), replicasReady: 2 },
    { name: name('int8-dynamic'), dominatedBy: name('int8-static', second) },
    { name: name('int8-static'), denied: sentence },
    { name: name('mapped@cpu+no-prepacking'), error: sentence },
    { name: name('original', second), quarantineReason: sentence },
    { name: name('int8-static', second), costPer1k: 0.123 },
  ].map(fakeVariant);
  const gpu = 'cuda/nvidia-h100-80gb-hbm3/none/80g';
  const measurements = [
    fakeMeasurement({ name: name('original') }),
    fakeMeasurement({ name: 'x', hardwareClass: gpu }),
  ];
  const replicas = variants.map((variant, i) =>
    fakeReplica({
      ...{ variant: variant.name, replicaId: `1969c2-1000${i}.0-0`, requests: 123_456_789, interfered: i === 1 },
      ...{ placement: { source: 'required', reason: sentence }, reason: i === 2 ? sentence : '' },
    }),
  );
  return {
    description: {
      ...{
        task: fakeTask(task),
        architectures: [
          ...models.map((each) => fakeArchitecture(each)),
          { ...fakeArchitecture(first, 2), currentVersion: 1, rollbackError: sentence },
        ],
        changes: [{ version: 1, fromVersion: 2, ageMs: 1e8, actor: worker, reason: sentence }],
      },
      variants: variants.map((variant, i) => (i === 0 ? { ...variant, measurements } : variant)),
      outcomes: models.map((model) => fakeOutcome(model, 'int8-static', { declined: sentence })),
    },
    overview: {
      ...{ leader: 'controller-1.pareto.svc.cluster.local:8100', controllers: ['b.example.org:8100'], storeAgeMs: 1 },
      routers: [{ routerId: worker, address: 'router-1.pareto.svc.cluster.local:8001' }],
      workers: [
        fakeWorker({ workerId: worker, replicas, address: `${worker}:8200` }),
        fakeWorker({ workerId: `${worker}2`, measuring: name('int8-static'), progress: 'batch 8', connected: false }),
      ],
      tasks: [fakeTaskLoad({ task, p50Ms: 12, p99Ms: 123, itemsPerSecondByVariant: { [name('original')]: 9, x: 1 } })],
      recentActions: [{ kind: 'load', variant: name('original'), worker, reason: sentence, ageMs: 123_456 }],
      ...{ notices: [sentence], unmetNeeds: [fakeUnmetNeed({ variant: name('original'), reason: sentence })] },
    },
    events: [
      { kind: 'measured', subject: name('mapped@cpu+no-prepacking'), worker, reason: sentence, ageMs: 123_456 },
      { kind: 'failed', subject: task, warning: true, reason: sentence, ageMs: 12 },
    ],
    rules: ['pin', 'deny'].map((kind) => ({
      ...{ id: 'rmhz3k9q2', kind, task, target: name('int8-static'), actor: 'ann@example.org', reason: sentence },
      ...{ ageMs: 123_456, remainingMs: 7_200_000 },
    })),
    jobs: models.map((model) =>
      fakeJob(model, [
        fakeStep('make', 'running', { recipe: 'int8-static', detail: 'calibrating', worker }),
        fakeStep('measure', 'failed', { variant: name('mapped@cpu+no-prepacking', model), detail: sentence, worker }),
      ]),
    ),
    candidates: variants.map((variant, i) => ({
      ...{
        variant: variant.name,
        hardwareClass: i === 3 ? gpu : cpu,
        predictedMs: 12.3,
        slackMs: -1.23,
        replicasReady: 2,
      },
      ...{ accuracy: variant.measurements[0]?.accuracy ?? null, costPer_1k: 1.2e-7 },
      ...{ verdict: i === 0 ? 'chosen' : i === 1 ? 'dominated' : 'too-slow', detail: i === 1 ? sentence : '' },
    })),
  };
}

describe('widths', () => {
  let controller: FakeController;
  let router: RpcServer;
  let routerAddress: string;
  let names: Names;
  beforeEach(async () => {
    const storage = createFakeStorage();
    controller = await startFakeController(storage);
    router = createServer();
    router.add('pareto.v1.Inference', {
      explain: async () => ({
        ...{ decisionId: 'router-1-8d2f04b1.42.9e3779b97f4a7c15', tableVersion: 'epoch:7', outcome: 'chosen' },
        ...{ target: names.task, worker: names.worker, candidates: world(names).candidates },
        verdicts: { chosen: 1, 'too-slow': 4, dominated: 1 },
        objective: { latencyMs: 20, minAccuracy: 0.98, maxCostPer_1k: 0.01, degrade: 'ALLOW' },
      }),
      whatIf: async () => ({
        ...{ feasible: false, reason: sentence, candidates: world(names).candidates },
        ...{ nearest: { latencyMs: 20 }, nearestBy: world(names).candidates[0] ?? null },
      }),
    });
    routerAddress = `127.0.0.1:${await router.listen('127.0.0.1', 0)}`;
  });
  afterEach(() => {
    controller[Symbol.dispose]();
    router.close();
  });

  function use(chosen: Names): void {
    names = chosen;
    const { description, overview, events, rules, jobs } = world(names);
    Object.assign(controller, { description, overview, jobs: [jobs], variants: description.variants });
    controller.events.splice(0, Infinity, ...events);
    controller.rules.splice(0, Infinity, ...rules);
    controller.list = { tasks: [description.task], ...description };
  }

  async function run(columns: number | undefined, argv: readonly string[]): Promise<string> {
    let stdout = '';
    const write = (text: string): unknown => (stdout += text);
    const terminal = createTerminal({ write, columns }, { write: () => undefined });
    const { signal } = new AbortController();
    const at = ['--controller', controller.address, '--router', routerAddress];
    await runProgram([...argv, ...at], { terminal, clock, stop: signal, kill: signal });
    assert.notEqual(stdout, '', argv.join(' '));
    return stdout;
  }

  const inspected = fileURLToPath(new URL('../../../examples/digits/models/cnn-large.onnx', import.meta.url));
  const verbs = ({ task, models: [model], worker }: Names): readonly (readonly string[])[] => [
    ...['tasks', 'models', 'variants', 'replicas', 'workers', 'routers', 'controllers'].map((kind) => ['get', kind]),
    ...[
      ['list'],
      ['workers'],
      ['status'],
      ['rules', '--history'],
      ['events'],
      ['top', '--once'],
      ['jobs'],
      ['explain'],
    ],
    ...[task, model, `${model}:original`, worker].map((name) => ['describe', name]),
    ...[
      ['whatif', task, '--latency-ms', '20'],
      ['frontier', task],
      ['inspect', inspected],
    ],
  ];

  const tooWide = (text: string, limit: number): readonly string[] =>
    text.split('\n').filter((line) => line.length > limit);

  it('of all tables are at most 100 without a terminal', async () => {
    for (const chosen of [usual, long]) {
      use(chosen);
      for (const argv of verbs(chosen)) {
        const text = await run(undefined, argv);
        assert.deepEqual(tooWide(text, 100), [], argv.join(' '));
        // Only hardware classes are cut.
        if (chosen === usual) assert.doesNotMatch(text.replaceAll(/\S+\/\S*…\S*/g, ''), /\w…/, argv.join(' '));
      }
    }
  });

  it('of all tables are at most 80 on a terminal of 80', async () => {
    for (const chosen of [usual, long]) {
      use(chosen);
      for (const argv of verbs(chosen)) assert.deepEqual(tooWide(await run(80, argv), 80), [], argv.join(' '));
    }
  });

  it('are not limited with -o wide: every row is one line with all columns', async () => {
    use(long);
    const lines = (await run(80, ['get', 'replicas', '-o', 'wide'])).trimEnd().split('\n');
    assert.equal(lines.length, 8);
    assert.match(lines[0] ?? '', /^NAME +VARIANT +WORKER .* EXECUTOR DEATHS +ERROR +SOURCE +REASON$/);
    assert.equal(lines.filter((line) => line.endsWith(sentence)).length, 6);
    assert.ok((await run(80, ['events', '-o', 'wide'])).split('\n')[1]?.endsWith(sentence));
  });

  it('of the certificates are at most 100, except for long paths', async () => {
    await using folder = await createTempFolder();
    const text = await run(undefined, ['certs', 'init', '--out', join(folder.path, 'certs')]);
    assert.deepEqual(
      tooWide(text, 100).filter((line) => !line.includes(folder.path)),
      [],
    );
  });

  it('of the results of a registration and of the quick start are at most 100', () => {
    for (const chosen of [usual, long]) {
      const { description } = world(chosen);
      const registered = { ...description, task: chosen.task, elapsedMs: 1 };
      assert.deepEqual(tooWide(formatRegistered(registered, { width: 100 }), 100), []);
      const offers = findOffers(digits.variants) ?? assert.fail();
      const outcomes = planQueries(chosen.task, offers).map((query) => ({
        ...{ query, answeredBy: `${chosen.models[0]}:int8-static`, hits: query.items, latencyMs: 123.4 },
        ...{
          accuracy: fakeMeasurement({ name: 'x' }).accuracy,
          costPer1k: 1.2e-7,
          reason: sentence,
          problem: undefined,
        },
      }));
      assert.deepEqual(tooWide(formatOutcomes(outcomes, pc.createColors(false), 100), 100), []);
    }
  });
});
