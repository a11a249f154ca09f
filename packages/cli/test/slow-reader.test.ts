// Commands with outputs that are larger than a pipe, and readers that are slower than the commands.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createReadStream, openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { milliseconds, systemClock } from '@pareto/core';
import { arrivalLogHeader, formatArrival } from '@pareto/policy';
import { createTempFolder, onnxType, writeModel, type TempFolder } from '@pareto/testkit';
import type { Command } from 'commander';
import { kinds } from '../src/kinds/kinds.js';
import { createProgram } from '../src/program.js';
import { createTerminal } from '../src/terminal/terminal.js';
import { createFakeStorage, startFakeController, type FakeController } from './support/fake-controller.js';
import { digits, fakeArchitecture, fakeOutcome, fakeTask, fakeVariant } from './support/fake-description.js';
import { fakeJob, fakeStep } from './support/fake-jobs.js';
import { fakeOverview, fakeReplica, fakeTaskLoad, fakeWorker } from './support/fake-overview.js';
import { startProgramWith } from './support/run-program.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Number of objects of each kind, with which every list is larger than a pipe. */
const count = 1_000;
/** A name or a reason that is larger than a pipe. */
const long = 'x'.repeat(70_000);
const pipeBytes = 65_536;

const many = <T>(create: (name: string, index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => create(`name-${i}`, i));

/** Arguments of a command whose output is larger than a pipe, or the reason why it never is. */
const argumentsOf: Readonly<Record<string, readonly (readonly string[])[] | string>> = {
  up: 'it prints no result',
  completion: 'it prints a script of fixed length',
  backup: 'it prints a path and a number',
  restore: 'it prints numbers',
  'certs init': 'it prints the names of the services, whose certificates limit their number',
  status: [[]],
  register: [['MODEL', '--task', 'digits', '--recipes', 'original']],
  infer: [['-t', 'digits', '-i', 'x=1']],
  get: kinds.map(({ name }) => [name]),
  describe: [['digits']],
  inspect: [['MODEL']],
  jobs: [[]],
  profile: [[long]],
  frontier: [['digits']],
  load: [['digits']],
  unload: [['digits', '--reason', long]],
  rollback: [[long, '--to', '1', '--detach']],
  delete: [[long]],
  whatif: [['digits']],
  plan: [[], ['--history'], ['--diff', '1'], ['--why', 'model:original']],
  'plan freeze': [['--reason', long]],
  'plan rollback': [['1', '--reason', long]],
  'plan resume': [[]],
  simulate: [['SCENARIO']],
  replay: [['ARRIVALS', '--listings', 'FOLDER']],
  explain: [[]],
  pin: [['digits', 'a:original', '--reason', long]],
  deny: [['a:original', '--reason', long]],
  rules: [[], ['--history']],
  'rules remove': [['long-1']],
  top: [[]],
  events: [[]],
  logs: [['--data-dir', 'FOLDER', '--lines', String(count)]],
  drain: [[long]],
  undrain: [[long]],
  forget: [[long]],
  version: [[]],
  list: [[]],
  workers: [[]],
  lift: [['long-2']],
};

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** Number of reads that are slow, with which a pipe was full for a while. */
const slowReads = 12;

/** Runs a command with a pipe whose reader takes 4 KiB each 50 ms at first. */
async function runSlowly(argv: readonly string[], pipe: string): Promise<Ran> {
  execFileSync('mkfifo', [pipe]);
  const write = openSync(pipe, 'r+');
  const reading = createReadStream(pipe, { highWaterMark: 4096 });
  await once(reading, 'open');
  const { NODE_EXTRA_CA_CERTS: _unused, ...env } = process.env;
  const child = spawn(process.execPath, [main, ...argv], { stdio: ['ignore', write, 'pipe'], env });
  closeSync(write);
  const errors = child.stderr === null ? '' : text(child.stderr);
  const ended = Promise.all([errors, once(child, 'exit') as Promise<[number | null]>]);
  const parts: Buffer[] = [];
  for await (const part of reading) {
    if (parts.push(part as Buffer) < slowReads) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const [stderr, [code]] = await ended;
  return { stdout: Buffer.concat(parts).toString(), stderr, code };
}

/** Returns the names of all commands, those of subcommands after that of their command. */
function listCommands(): readonly string[] {
  const output = { write: () => undefined };
  const { signal } = new AbortController();
  const terminal = createTerminal(output, output);
  const namesOf = (command: Command, prefix: string): readonly string[] =>
    command.commands.flatMap((each) => {
      const name = `${prefix}${each.name()}`;
      const isGroup = each.commands.length > 0 && !(name in argumentsOf);
      return [...(isGroup ? [] : [name]), ...namesOf(each, `${name} `)];
    });
  return namesOf(createProgram({ terminal, clock: systemClock, stop: signal, kill: signal }), '');
}

const lines = Object.entries(argumentsOf).flatMap(([name, each]) =>
  typeof each === 'string' ? [] : each.map((more) => [...name.split(' '), ...more, '-o', 'json']),
);

/**
 * Commands that run in processes of their own: one for each way of writing (a result, lines and a table) and one that fails. All
 * commands write to the same terminal, and the same function ends their processes.
 */
const slowLines = lines.filter(([name = '']) => ['status', 'list', 'logs'].includes(name));

const titleOf = (argv: readonly string[]): string => argv.join(' ').replaceAll(long, 'LONG');

describe('an output that is larger than a pipe', function () {
  this.timeout(120_000);
  let folder: TempFolder;
  let controller: FakeController;
  /** Controller of a cluster with many controllers, which commands other than `get controllers` would call. */
  let standby: FakeController;

  before(async () => {
    folder = await createTempFolder();
    const storage = createFakeStorage();
    storage.names.push(long);
    controller = await startFakeController(storage);
    standby = await startFakeController(createFakeStorage());
    standby.overview = fakeOverview({ controllers: many((name) => `${name}:8100`) });
    await fill(controller);
    await writeFile(folder.file('model.onnx'), manyInputs());
    await writeFile(folder.file('scenario.yaml'), manyStreams());
    await folder.put(manyArrivals());
    await mkdir(folder.file('logs'));
    const line = { time: '2026-11-30T12:00:00.000Z', level: 'info', message: 'the routing table changed' };
    await writeFile(folder.file('logs/router.log'), many(() => `${JSON.stringify(line)}\n`).join(''));
  });
  after(async () => {
    controller[Symbol.dispose]();
    standby[Symbol.dispose]();
    await folder[Symbol.asyncDispose]();
  });

  function wordsOf(argv: readonly string[]): readonly string[] {
    const { address } = argv[1] === 'controllers' ? standby : controller;
    const paths = new Map([
      ['MODEL', folder.file('model.onnx')],
      ['FOLDER', folder.path],
      ['SCENARIO', folder.file('scenario.yaml')],
      ['ARRIVALS', folder.file('arrivals.csv')],
    ]);
    return [...argv.map((word) => paths.get(word) ?? word), '--controller', address, '--router', address];
  }

  function checkWhole([name]: readonly string[], { stdout, stderr, code }: Ran): void {
    assert.equal(code, name === 'status' ? 1 : 0, stderr.slice(-1_000));
    assert.ok(stdout.length > pipeBytes, `${stdout.length} bytes, which fit a pipe`);
    // Logs are lines of JSON.
    const results = name === 'logs' ? stdout.trim().split('\n') : [stdout];
    for (const result of results) JSON.parse(result);
    assert.ok(name !== 'logs' || results.length === count);
  }

  it('is tested for every command', () => {
    assert.deepEqual(listCommands().toSorted(), Object.keys(argumentsOf).toSorted());
    assert.equal(slowLines.length, 3);
  });

  for (const argv of lines) {
    it(`is complete when ${titleOf(argv)} ends`, async () => {
      checkWhole(argv, await startProgramWith(systemClock, wordsOf(argv)).ended);
    });
  }

  for (const argv of slowLines) {
    it(`reaches a slow reader of ${titleOf(argv)}`, async () => {
      checkWhole(argv, await runSlowly(wordsOf(argv), folder.file(`pipe-${argv[0]}`)));
    });
  }

  it('reaches a slow reader up to the newest events', async () => {
    const { stdout } = await runSlowly(wordsOf(['events']), folder.file('pipe-events'));
    assert.match(stdout, new RegExp(`name-${count - 1} .*\n$`));
  });
});

/** Sets responses of the controller, and adds those of a router, that are larger than a pipe. */
async function fill(controller: FakeController): Promise<void> {
  const variants = [...many((name) => name), 'model'].map((name) =>
    fakeVariant({ name: `${name}:original`, replicasReady: 1 }),
  );
  const architectures = [fakeArchitecture(long), ...many((name) => fakeArchitecture(name))];
  controller.list = { tasks: many(fakeTask), architectures, variants };
  const outcomes = many(() => fakeOutcome('model', 'fp16', { declined: 'it has no weights in FP32' }));
  controller.description = { ...digits, architectures, variants, outcomes };
  controller.events.push(
    ...many((subject) => ({
      kind: 'load',
      subject,
      worker: 'w1',
      reason: 'demand of 5 items/s, which no other replica can serve',
    })),
  );
  const waiting = many((name) => fakeJob(name, [fakeStep('make', 'waiting', { recipe: 'fp16' })]));
  controller.jobs = [
    [fakeJob('model', [fakeStep('measure', 'done', { recipe: 'original' })], { done: true }), ...waiting],
  ];
  const planned = {
    replicas: many((variant) => ({ variant, version: 1, hardwareClass: 'cpu/x', replicas: 1 })),
    actions: many((worker) => ({ kind: 'load', variant: 'model:original', worker, reason: 'demand' })),
  };
  controller.plans = {
    current: planned,
    plans: many((_name, revision) => ({ revision: revision + 1, ...(revision === 0 && { actions: planned.actions }) })),
    freeze: { actor: 'ann', reason: long },
  };
  controller.rules.push(
    ...many((id) => ({ id, kind: 'deny', target: 'digits', reason: 'too slow', actor: 'ann' })),
    ...['long-1', 'long-2'].map((id) => ({ id, kind: 'deny', target: 'digits', reason: long, actor: 'ann' })),
  );
  controller.overview = fakeOverview({
    ...{ leader: controller.address, controllers: [controller.address] },
    tasks: many((task) => fakeTaskLoad({ task })),
    workers: many((workerId) => fakeWorker({ workerId, replicas: [fakeReplica({ replicaId: workerId })] })),
    routers: many((routerId) => ({ routerId, address: `${routerId}:1` })),
  });
  const candidates = many((variant) => ({ variant, verdict: 'cold', replicasReady: 1 }));
  controller.server.add('pareto.v1.Inference', {
    explain: async () => ({ decisionId: 'r.1', target: 'digits', candidates }),
    whatIf: async () => ({ feasible: true, candidates }),
    infer: async () => ({
      outputs: [{ name: 'y', datatype: 'UINT8', shape: [count, 10], contents: Buffer.alloc(10 * count) }],
    }),
  });
  controller.server.add('inference.GRPCInferenceService', {
    serverMetadata: async () => ({ name: 'pareto', version: long }),
    modelMetadata: async ({ name }) => ({ name, inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 1] }] }),
  });
}

/** Writes a scenario with many streams of queries. */
const manyStreams = (): string =>
  JSON.stringify({
    duration: '1s',
    fleet: { classes: { cpu: { usdPerSlotHour: 1 } }, workers: [{ class: 'cpu', count: 1, slots: 1, memoryMib: 100 }] },
    registry: {
      variants: [
        {
          ...{ name: 'a', task: 't', accuracy: 1 },
          profiles: [{ class: 'cpu', memoryMib: 1, load: '1s', points: [{ batch: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1 }] }],
        },
      ],
    },
    traffic: many(() => ({ task: 't', arrivals: { process: 'constant', rate: 1 } })),
  });

/** Returns an arrival log with many objectives, and the listings of a cluster. */
function manyArrivals(): Readonly<Record<string, string>> {
  const arrivals = Array.from({ length: 300 }, (_, index) =>
    formatArrival({
      ...{ at: index, target: 't', task: 't', objective: { latencyMs: milliseconds(1_000 + index) }, items: 1 },
      ...{ requestBytes: 1, outcome: 'ok', latencyMs: 1, client: '' },
    }),
  );
  const measured = {
    hardwareClass: 'cpu',
    profile: { points: [{ batch: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1 }], loadMs: 1, memoryBytes: 1 },
    accuracy: { value: 1 },
  };
  const variant = { name: 'a', version: 1, architecture: 'a', task: 't', quarantineReason: '', denied: '' };
  const slots = [{ hardwareClass: { id: 'cpu' }, slots: 1, deviceMemoryBytes: 0 }];
  const worker = { departed: false, memoryBytes: 1e9, usdPerHour: 1, slotGroups: slots };
  return {
    'arrivals.csv': [arrivalLogHeader, ...arrivals].join('\n'),
    'variants.json': JSON.stringify({ variants: [{ ...variant, measurements: [measured] }] }),
    'tasks.json': JSON.stringify({ tasks: [] }),
    'workers.json': JSON.stringify({ workers: [worker] }),
  };
}

/** Writes a model with many inputs. */
function manyInputs(): Uint8Array {
  const inputs = many((name) => ({ name, type: onnxType.float, dims: ['n', 1] }));
  return writeModel({
    nodes: [{ op: 'Sum', inputs: inputs.map(({ name }) => name), outputs: ['y'] }],
    inputs,
    outputs: [{ name: 'y', type: onnxType.float, dims: ['n', 1] }],
  });
}
