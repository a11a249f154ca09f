import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { createTempFolder, startChild, waitFor, type TempFolder } from '@pareto/testkit';
import { describeFailure, runProgram } from '../src/program.js';
import { createTerminal } from '../src/terminal/terminal.js';
import { digits, fakeVariant } from './support/fake-description.js';
import { fakeJob, fakeStep } from './support/fake-jobs.js';
import { fakeOverview, fakeReplica, fakeTaskLoad, fakeWorker } from './support/fake-overview.js';
import {
  createFakeStorage,
  startFakeController,
  type FakeController,
  type FakeStorage,
} from './support/fake-controller.js';
import { clock } from './support/clock.js';

const tiny = fileURLToPath(new URL('../../../examples/digits/models/mlp-tiny.onnx', import.meta.url));
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const onDemand = { source: 'demand', reason: 'demand of 5 items/s' };

describe('runProgram', () => {
  let storage: FakeStorage;
  let controller: FakeController;
  let stop: AbortController;
  beforeEach(async () => {
    storage = createFakeStorage();
    stop = new AbortController();
    storage.names.push('digits', 'cnn');
    controller = await startFakeController(storage);
  });
  afterEach(() => controller[Symbol.dispose]());

  async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const written = { stdout: '', stderr: '' };
    const output = (name: 'stdout' | 'stderr'): { write(text: string): unknown } => ({
      write: (text) => (written[name] += text),
    });
    const { signal } = stop;
    const terminal = createTerminal(output('stdout'), output('stderr'));
    const code = await runProgram(argv, { terminal, clock, stop: signal, kill: signal });
    return { code, ...written };
  }

  it('deletes an architecture and prints what was deleted', async () => {
    const { code, stdout } = await run('--controller', `127.0.0.1:9,${controller.address}`, 'delete', 'cnn');
    assert.deepEqual(
      [code, stdout],
      [0, 'deleted cnn of task digits, versions 1, 2, with cnn:original (1 ready); ready replicas are drained\n'],
    );
    assert.deepEqual(storage.names, ['digits']);
  });

  it('deletes several names, and all models of a task with it', async () => {
    storage.names.push('mlp', 'mlp.task', 'rnn');
    const several = await run('--controller', controller.address, 'delete', 'models', 'mlp', 'cnn');
    assert.equal(several.code, 0);
    assert.match(several.stdout, /^deleted mlp and its task mlp\.task, .*\ndeleted cnn of task digits, .*\n$/);
    assert.deepEqual(storage.names, ['digits', 'rnn']);
    controller.list = { architectures: [{ name: 'rnn' }, { name: 'rnn' }] };
    const all = await run('--controller', controller.address, 'delete', '--task', 'digits');
    assert.match(all.stdout, /^deleted rnn of task digits, .*\ndeleted task digits\n$/);
    assert.deepEqual(storage.names, []);
  });

  it('prints what was deleted before an error, and requires a name', async () => {
    const { code, stderr } = await run('--controller', controller.address, 'delete', 'cnn', 'other');
    assert.equal(code, 1);
    assert.match(stderr, /^deleted cnn of task digits, .*\npareto: there is no other\n$/);
    const none = await run('--controller', controller.address, 'delete');
    assert.deepEqual(
      [none.code, none.stderr],
      [2, "pareto: missing argument 'name': expected names, or --task NAME\n"],
    );
  });

  it('prints the result as JSON with -o json', async () => {
    const { code, stdout } = await run('-o', 'json', 'delete', 'digits', '--controller', controller.address);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), { kind: 'task', name: 'digits' });
  });

  it('prints an error as one line on stderr', async () => {
    const { code, stdout, stderr } = await run('delete', 'nothing', '--controller', controller.address);
    assert.deepEqual([code, stdout, stderr], [1, '', 'pareto: there is no nothing\n']);
  });

  it('creates no task if no model file exists', async () => {
    for (const path of ['models/*.onnx', main]) {
      const { code, stderr } = await run('register', path, '--task', 'new', '--controller', controller.address);
      assert.deepEqual([code, stderr], [1, `pareto: there is no .onnx file at ${path}\n`]);
    }
    assert.deepEqual(storage.names, ['digits', 'cnn']);
  });

  describe('register', () => {
    const register = (...more: string[]): ReturnType<typeof run> =>
      run('register', tiny, '--task', 'digits', '--controller', controller.address, ...more);
    const measured = fakeStep('measure', 'done', { recipe: 'original', variant: 'mlp-tiny:original' });
    const declined = fakeStep('make', 'declined', { recipe: 'int8-static', detail: 'it has no convolution' });

    it('prints each finished step and a summary', async () => {
      controller.description = { task: { name: 'digits' }, variants: [fakeVariant({ name: 'mlp-tiny:original' })] };
      controller.jobs = [
        [],
        [fakeJob('mlp-tiny', [{ ...measured, state: 'running' }])],
        [fakeJob('mlp-tiny', [measured, declined], { done: true })],
      ];
      const { code, stdout, stderr } = await register('--recipes', 'original,int8-static', '--keep-dominated');
      assert.equal(code, 0);
      assert.match(
        stderr,
        /^registered mlp-tiny version 1\nmlp-tiny answers queries after .*\nmeasured mlp-tiny:original: 90.00 %.*\n$/m,
      );
      assert.match(
        stdout,
        /^VARIANT.*\nmlp-tiny:original .*\n\n1 model, 1 variant, in [\d.]+ m?s\.\nTo draw the frontier: pareto frontier digits\n$/,
      );
      assert.deepEqual(storage.registrations, [{ recipes: ['original', 'int8-static'], keepDominated: true }]);
    });

    it('accepts --keep-all, the former name of --keep-dominated, as a hidden alias', async () => {
      assert.equal((await register('--keep-all', '--detach')).code, 0);
      assert.deepEqual(
        storage.registrations.map(({ keepDominated }) => keepDominated),
        [true],
      );
      assert.doesNotMatch((await run('register', '--help')).stdout, /keep-all/);
    });

    it('fails if the trained model could not be measured, but not for a generated variant', async () => {
      const job = [fakeJob('mlp-tiny', [measured], { done: true })];
      controller.jobs = [job];
      const ended = async (...variants: Parameters<typeof fakeVariant>[0][]): Promise<[number, string]> => {
        controller.description = { task: { name: 'digits' }, variants: variants.map(fakeVariant) };
        const { code, stderr } = await register();
        return [code, stderr.split('\n').at(-2) ?? ''];
      };
      const original = { name: 'mlp-tiny:original' };
      const [failed, why] = await ended({ ...original, error: 'it ran out of memory' });
      assert.deepEqual([failed, why], [1, 'pareto: mlp-tiny could not be measured as trained: see the reasons above']);
      assert.equal((await ended(original, { name: 'mlp-tiny:int4', error: 'NaN' }))[0], 0);
    });

    it('returns after registration with --detach and prints how to follow the jobs', async () => {
      const { code, stdout, stderr } = await register('--detach');
      assert.equal(code, 0);
      assert.match(stdout, /^registered mlp-tiny version 1\n.*'pareto jobs digits --watch' follows them\n$/);
      assert.doesNotMatch(stderr, /registered/);
    });

    it('detaches on an interrupt, and prints that the jobs continue', async () => {
      controller.jobs = [[fakeJob('mlp-tiny', [{ ...measured, state: 'running' }])]];
      controller.description = { task: { name: 'digits' } };
      const interrupting = register();
      await waitFor('the first request for jobs', async () => storage.calls.includes('jobs') || undefined);
      stop.abort(new Error('interrupted'));
      const { code, stdout } = await interrupting;
      assert.equal(code, 0);
      assert.match(stdout, /continue without this command: 'pareto jobs digits --watch' follows them\n$/);
    });

    it('fails if the registered version disappears while it waits', async () => {
      controller.jobs = [[]];
      controller.description = { task: { name: 'digits' } };
      const { code, stderr } = await register();
      assert.equal(code, 1);
      assert.match(stderr, /there are no jobs for mlp-tiny version 1: it may have been deleted/);
    });

    it('rejects an unknown recipe', async () => {
      const { code, stderr } = await register('--recipes', 'int7');
      assert.equal(code, 2);
      assert.match(stderr, /Unknown name "int7". Expected one or more of original, int8-dynamic,/);
    });
  });

  it('prints jobs and follows them with --watch', async () => {
    const step = fakeStep('make', 'running', { recipe: 'fp16', worker: 'w1' });
    controller.description = { task: { name: 'digits' } };
    controller.jobs = [[fakeJob('cnn', [step])]];
    const shown = await run('jobs', '--controller', controller.address);
    assert.match(
      shown.stdout,
      /^MODEL.*\ncnn .* 0\/1 {2}fp16: generating \(w1\)\n\nSTEP.*\nmake {2}cnn:fp16 {2}running {2}w1\n$/,
    );
    controller.jobs.push([
      fakeJob('cnn', [{ ...step, state: 'failed', detail: 'killed', worker: '' }], { done: true }),
    ]);
    const watched = await run('jobs', 'cnn', '--watch', '--controller', controller.address);
    assert.equal(watched.stderr, 'failed cnn:fp16: killed\n');
    assert.match(watched.stdout, /done, 1 failed/);
    controller.jobs = [[]];
    assert.match((await run('jobs', '--controller', controller.address)).stdout, /^nothing is registered/);
  });

  it('prints the contents of a model file without a cluster', async () => {
    const { stdout } = await run('inspect', tiny);
    assert.deepEqual(stdout.split('\n'), [
      'TENSOR  NAME    TYPE  DIMENSIONS',
      'input   image   FP32  batch × 1 × 28 × 28',
      'output  logits  FP32  batch × 10',
      '',
      'batch      dynamic: one batch has several items',
      'opset      17',
      'format     ONNX IR 8',
      'file       99.9 KiB',
      'weights    25.4 k parameters, 99.4 KiB',
      'work       about 25.4 k multiply-accumulates per item',
      'operators  4: 2×Gemm, 1×Flatten, 1×Relu',
      '',
    ]);
    const { operators } = JSON.parse((await run('inspect', tiny, '-o', 'json')).stdout) as { operators: object[] };
    assert.equal(operators.length, 3);
    assert.match((await run('inspect', 'none.onnx')).stderr, /there is no file none.onnx/);
    await using folder = await createTempFolder();
    await writeFile(folder.file('forest.joblib'), '');
    assert.match(
      (await run('inspect', folder.file('forest.joblib'))).stderr,
      /classical machine learning: convert it with/,
    );
    assert.match((await run('inspect', main)).stderr, /the model can't be served|is not|ONNX/);
  });

  it('requests new measurements of a variant', async () => {
    const { stdout } = await run('profile', 'cnn:fp16', '--controller', controller.address);
    assert.equal(stdout, "re-measuring cnn:fp16: 'pareto jobs cnn --watch' follows it\n");
    assert.deepEqual(storage.calls, ['profile cnn:fp16']);
  });

  it('creates, lists and removes pin and deny rules', async () => {
    const at = ['--controller', controller.address];
    const pinned = await run('pin', 'digits', 'cnn', '--for', '2h', '--reason', 'comparing', ...at);
    assert.equal(pinned.stdout, "pin cnn of digits for 2 h: 'pareto rules remove 1' removes it\n");
    const denied = await run('deny', 'mlp:int4', '--reason', 'wrong on sevens', ...at);
    assert.equal(
      denied.stdout,
      "deny mlp:int4 of every task until the rule is removed: 'pareto rules remove 2' removes it\n",
    );
    assert.deepEqual(
      controller.rules.map(({ actor }) => actor),
      [userInfo().username, userInfo().username],
    );
    const { stdout } = await run('rules', '--history', ...at);
    assert.match(
      stdout,
      /^ID {2}RULE .*\n1 {3}pin {3}cnn {7}digits .*2 h .*comparing\n2 {3}deny {2}mlp:int4 {2}every task .*no end .*wrong on sevens\n\n +AGO {2}WHAT/,
    );
    assert.equal((await run('rules', 'remove', '2', ...at)).stdout, 'removed: deny mlp:int4 of every task\n');
    assert.equal((await run('rules', 'remove', '2', ...at)).code, 1);
    assert.equal((await run('lift', '1', ...at)).stdout, 'removed: pin cnn of digits\n', 'former name of rules remove');
    const { code, stderr } = await run('rules', 'remov', '1', ...at);
    assert.deepEqual([code, stderr], [2, "pareto: unknown command 'rules remov': expected 'rules remove ID'\n"]);
    assert.equal((await run('deny', 'mlp', ...at)).code, 2);
    assert.equal((await run('deny', 'mlp', '--reason', 'x', '--for', 'ever', ...at)).code, 2);
  });

  describe('frontier', () => {
    let folder: TempFolder;
    const draw = (...more: string[]): ReturnType<typeof run> =>
      run('frontier', 'digits', '--controller', controller.address, ...more);
    beforeEach(async () => {
      folder = await createTempFolder();
      controller.description = digits;
    });
    afterEach(() => folder[Symbol.asyncDispose]());

    it('draws the frontier and writes SVG and HTML files', async () => {
      const [svg, html] = [join(folder.path, 'a.svg'), join(folder.path, 'a.html')];
      const { code, stdout, stderr } = await draw('--svg', svg, '--html', html, '--batch', '8');
      assert.equal(code, 0);
      assert.match(stdout, /p99 of a batch of 8, ms/);
      assert.equal(stderr, `wrote ${svg}\nwrote ${html}\n`);
      assert.match(await readFile(svg, 'utf8'), /^<svg /);
      assert.match(await readFile(html, 'utf8'), /^<!doctype html>/);
    });

    it('prints the frontier as JSON', async () => {
      const { stdout } = await draw('-o', 'json', '--class', 'cpu/');
      const [frontier] = JSON.parse(stdout) as { hardwareClass: string; front: string[] }[];
      assert.equal(frontier?.front.at(-1), 'cnn-large:original');
    });

    it('explains why it can draw nothing', async () => {
      const why = async (...more: string[]): Promise<string> => (await draw(...more)).stderr;
      assert.match(await why('--class', 'cuda'), /nothing was measured on a hardware class cuda: expected one of cpu/);
      assert.match(await why('--batch', '64'), /with a batch of 64: 'pareto describe digits' shows the measured sizes/);
      controller.description = { task: digits.task };
      assert.match(await why(), /no variant of digits is measured yet/);
      controller.description = { task: { name: 'other' } };
      assert.match(await why(), /digits is not a task/);
      controller.description = digits;
      assert.match(await why('--svg', join(folder.path, 'none', 'a.svg')), /can't write .*a.svg: .*ENOENT/);
    });
  });

  it('advises to check the address if a service does not know the method', async () => {
    const { code, stderr } = await run('whatif', 'digits', '--router', controller.address);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /Inference\/WhatIf: check that --controller and --router are the addresses of a controller and a router$/m,
    );
  });

  it('prints the notices of the controller below the workers', async () => {
    controller.overview = { workers: [{ workerId: 'w1', connected: true }], notices: ['no controller leads'] };
    const { code, stdout, stderr } = await run('workers', '--controller', controller.address);
    assert.equal(code, 0);
    assert.match(stdout, /^WORKER.*\nw1 +ready/);
    assert.equal(stderr, '! no controller leads\n');
  });

  it('lists objects by kind, including aliases of kinds', async () => {
    controller.overview = {
      workers: [
        fakeWorker({ replicas: [fakeReplica(), fakeReplica({ replicaId: 'r2', interfered: true })] }),
        fakeWorker({ workerId: 'w2', connected: false }),
      ],
      leader: 'a:1',
      controllers: ['a:1'],
    };
    const get = (...more: string[]) => run('get', ...more, '--controller', controller.address);
    assert.match(
      (await get('workers')).stdout,
      /^NAME .*\nw1 +ready .*2 replicas ready, a:fp16 interfered\nw2 +disconnected /,
    );
    assert.match((await get('node', 'w2')).stdout, /^NAME .*\nw2 +disconnected .*\n$/);
    assert.match((await get('workers', '-o', 'wide')).stdout, /HARDWARE.*\n.*2 × cpu\/x/);
    assert.equal((JSON.parse((await get('worker', 'w2', '-o', 'json')).stdout) as { workerId: string }).workerId, 'w2');
    assert.match(
      (await get('replicas')).stdout,
      /^NAME .*\nr1 +a:fp16 +w1 +ready .*\nr2 +a:fp16 +w1 +ready, interfered /,
    );
    assert.match((await get('controllers')).stdout, /a:1 +leads/);
    assert.match((await get('tasks')).stdout, /^NAME .*\ndigits /);
    assert.match((await get('rules')).stdout, /there are no rules/);
    assert.equal((await get('wrkers')).stderr, 'pareto: unknown kind "wrkers": did you mean workers?\n');
    assert.equal((await get('workers', 'w3')).stderr, 'pareto: there is no worker w3: did you mean w1?\n');
  });

  it('describes a worker', async () => {
    storage.names.splice(0);
    controller.overview = { workers: [fakeWorker({ replicas: [fakeReplica({ placement: onDemand })] })] };
    const { stdout } = await run('describe', 'worker/w1', '--controller', controller.address);
    assert.match(stdout, /^worker w1\n {2}state +ready\n.*\n {2}hardware 2 × cpu\/x, 8\.0 GiB of its own memory\n/);
    assert.match(stdout, /\n\nREPLICA +VARIANT +SOURCE +REASON\nr1 +a:fp16 +demand +demand of 5 items\/s\n$/);
  });

  describe('why a replica is there', () => {
    const get = (...more: string[]) => run('get', 'replicas', ...more, '--controller', controller.address);
    beforeEach(() => {
      const replicas = [
        fakeReplica({ variant: 'cnn:int8-dynamic', placement: onDemand }),
        fakeReplica({ replicaId: 'r2', variant: 'mlp:fp16', placement: { source: '', reason: 'idle' } }),
        fakeReplica({ replicaId: 'r3', variant: 'mlp:int4', state: 'DRAINING', reason: 'it crashed' }),
      ];
      controller.overview = { workers: [fakeWorker({ workerId: 'worker-1', replicas })] };
    });

    it('is in the last columns of the wide table, or - without a plan that keeps it', async () => {
      const { stdout } = await get('-o', 'wide');
      const [titles = '', ...rows] = stdout.trimEnd().split('\n');
      assert.match(titles, / {2}ERROR +SOURCE +REASON$/);
      assert.match(rows[0] ?? '', / {2}demand +demand of 5 items\/s$/);
      assert.match(rows[1] ?? '', / {2}- +idle$/);
      assert.match(rows[2] ?? '', / {2}it crashed +- +-$/);
    });

    it('is not in the narrow table', async () => {
      const { stdout } = await get();
      assert.match(stdout, /^NAME .* {2}FAILED +ERROR\n/);
      assert.doesNotMatch(stdout, /SOURCE|demand of/);
    });

    it('is a field of the JSON, which is null without a plan that keeps it', async () => {
      const { replicas } = JSON.parse((await get('-o', 'json')).stdout) as { replicas: { placement: unknown }[] };
      assert.deepEqual(
        replicas.map(({ placement }) => placement),
        [onDemand, { source: '', reason: 'idle' }, null],
      );
    });
  });

  describe('the description of registered objects', () => {
    const describeName = (name: string, ...more: string[]) =>
      run('describe', name, ...more, '--controller', controller.address);
    const need = { variant: 'cnn:original', source: 'held', cause: 'memory', reason: 'no memory', ageMs: 12_300 };
    beforeEach(() => {
      storage.names.push('cnn:original');
      const replicas = [
        fakeReplica({ variant: 'cnn:original', placement: onDemand }),
        fakeReplica({ replicaId: 'r2', variant: 'mlp:original' }),
      ];
      const other = { ...need, variant: 'mlp:original', source: '' };
      controller.overview = { workers: [fakeWorker({ replicas })], unmetNeeds: [need, other] };
    });

    it('has the reason of each replica of a variant', async () => {
      const { stdout } = await describeName('cnn:original');
      assert.match(stdout, /\n\nREPLICA +WORKER +STATE +SOURCE +REASON\nr1 +w1 +ready +demand +demand of 5 items\/s\n/);
      assert.doesNotMatch(stdout, /r2/);
    });

    it('has the unmet needs of a variant and of an architecture, with the time since', async () => {
      for (const name of ['cnn:original', 'cnn']) {
        const { stdout } = await describeName(name);
        assert.match(
          stdout,
          /\n\nUNMET NEED +SOURCE +LACKS +FOR +REASON\ncnn:original +held +memory +12 s +no memory\n$/,
        );
      }
    });

    it('has the unmet needs of all variants of a task, with - for a need without a source', async () => {
      controller.description = {
        task: { name: 'digits' },
        variants: ['cnn:original', 'mlp:original'].map((name) => ({ name })),
      };
      const { stdout } = await describeName('digits');
      assert.match(stdout, /\ncnn:original +held .*\nmlp:original +- +memory +12 s +no memory\n$/);
      assert.doesNotMatch(stdout, /REPLICA/);
    });

    it('has neither if there are none', async () => {
      controller.overview = { workers: [] };
      assert.doesNotMatch((await describeName('cnn:original')).stdout, /REPLICA|UNMET/);
    });

    it('has both as JSON', async () => {
      const found = JSON.parse((await describeName('cnn', '-o', 'json')).stdout) as Record<string, object[]>;
      assert.deepEqual(found['unmetNeeds'], [need]);
      assert.deepEqual(
        found['replicas']?.map((replica) => [replica['replicaId' as never], replica['worker' as never]]),
        [['r1', 'w1']],
      );
    });
  });

  it('suggests a similar name for an unknown name or command', async () => {
    const { code, stderr } = await run('delete', 'cmn', '--controller', controller.address);
    assert.deepEqual([code, stderr], [1, 'pareto: there is no cmn: did you mean cnn?\n']);
    assert.deepEqual(await run('statsu'), {
      code: 2,
      stdout: '',
      stderr: "pareto: unknown command 'statsu': did you mean status?\n",
    });
  });

  it('prints only the details of an error that start with pareto- and are not empty', () => {
    const details = { 'pareto-nearest': '20 ms', 'pareto-leader': '', 'content-type': 'application/grpc' };
    assert.equal(describeFailure(new ParetoError('unavailable', 'no', { details })), 'no\n  nearest: 20 ms');
  });

  it('prints the findings of status and fails if the cluster is unhealthy', async () => {
    controller.overview = { leader: 'a:1', controllers: ['a:1'], workers: [] };
    const { code, stdout } = await run('status', '--controller', controller.address, '--router', '127.0.0.1:9');
    assert.equal(code, 1);
    assert.match(stdout, /^✓ controller +a:1 leads.*\n✗ router .*\n(.*\n)?✗ workers +no worker is connected\n +→ /);
  });

  it('fails in status only for what does not work, and names it', async () => {
    let isReady = true;
    controller.server.add('inference.GRPCInferenceService', {
      serverMetadata: async () => ({ name: 'pareto', version: '1' }),
      serverReady: async () => ({ ready: isReady }),
    });
    const { address } = controller;
    const lost = { workerId: 'w2', connected: false };
    const failed = fakeReplica({ state: 'FAILED' });
    const member = { address: 'e2:2379', problem: 'it does not answer' };
    const overviews: readonly (readonly [code: number, named: RegExp, Partial<wire.OverviewResponse>])[] = [
      [0, /✓ workers/, {}],
      [1, /✗ controller +no controller leads/, { leader: '' }],
      [1, /✗ store +the store is empty/, { storeLoss: 'emptied' }],
      [1, /✗ store /, { storeLoss: 'older', leader: '' }],
      [1, /✗ etcd +e2:2379 is lost/, { storeMembers: [member] }],
      [1, /✗ workers +no worker is connected/, { workers: [] }],
      [1, /✗ w2 +is disconnected/, { workers: [fakeWorker(), fakeWorker(lost)] }],
      [0, /✓ workers +1 connected/, { workers: [fakeWorker(), fakeWorker({ ...lost, departed: true })] }],
      [0, /! w1 +is draining/, { workers: [fakeWorker({ draining: true })] }],
      [1, /✗ a:fp16 +failed on w1/, { workers: [fakeWorker({ replicas: [failed] })] }],
      [
        0,
        /! a:fp16 +failed on w1/,
        { workers: [fakeWorker({ replicas: [failed, fakeReplica({ replicaId: 'r2' })] })] },
      ],
      [0, /! digits +.* fail/, { tasks: [fakeTaskLoad({ attainment: 0.5, failedPerSecond: 5 })] }],
    ];
    for (const [expected, named, overview] of overviews) {
      controller.overview = fakeOverview({
        controllers: [address],
        leader: address,
        workers: [fakeWorker()],
        ...overview,
      });
      const { code, stdout } = await run('status', '--controller', address, '--router', address);
      assert.match(stdout, named);
      assert.equal(code, expected, stdout);
    }
    controller.overview = fakeOverview({ controllers: [address], leader: address, workers: [fakeWorker()] });
    isReady = false;
    for (const [controllerAddress, router, named] of [
      [address, address, /✗ router .*has no routing table/],
      [address, '127.0.0.1:9', /✗ router .*127\.0\.0\.1:9/],
      ['127.0.0.1:9', address, /✗ controller .*127\.0\.0\.1:9/],
    ] as const) {
      const { code, stdout } = await run('status', '--controller', controllerAddress, '--router', router);
      assert.match(stdout, named);
      assert.equal(code, 1, stdout);
    }
  });

  it('rejects an invalid address', async () => {
    for (const text of ['localhost', '127.0.0.1:8100;127.0.0.1:8110', 'a:1,b']) {
      const { code, stderr } = await run('list', '--controller', text);
      assert.equal(code, 2);
      assert.match(stderr, /--controller .* is invalid. Expected host:port, e.g. 127.0.0.1:8100/);
    }
    const { stderr } = await run('up', '--etcd', 'http://127.0.0.1:2379');
    assert.match(stderr, /--etcd .* is invalid. Expected host:port, e.g. 127.0.0.1:2379/);
  });

  it('rejects a number out of the range of its option', async () => {
    const { code, stderr } = await run('whatif', 'digits', '--latency-ms', 'abc');
    assert.equal(code, 2);
    assert.match(stderr, /--latency-ms .* is invalid. Expected a number of 0 or more/);
  });

  it('prints an example in the help of every command', async () => {
    const { stdout } = await run('--help');
    const commands = stdout.slice(stdout.indexOf('Getting started:'));
    const names = [...commands.matchAll(/^ {2}([a-z]+) {2}/gm)].map(([, name = '']) => name);
    for (const name of ['up', 'get', 'explain', 'top', 'completion']) assert.ok(names.includes(name), name);
    for (const name of names.filter((name) => name !== 'help')) {
      assert.match((await run(name, '--help')).stdout, /Examples?:\n {2}pareto /, name);
    }
  });

  it('reads addresses from the environment', async () => {
    const env = { PARETO_CONTROLLER: `127.0.0.1:9, ${controller.address}` };
    await using child = startChild(process.execPath, [main, 'delete', 'cnn'], { env });
    assert.deepEqual(await child.exited, { code: 0, signal: null });
    const misspelled = { PARETO_CONTROLER: controller.address };
    await using failed = startChild(process.execPath, [main, 'get', 'tasks'], { env: misspelled });
    assert.deepEqual(await failed.exited, { code: 2, signal: null });
    assert.match(
      failed.output,
      /^pareto: unknown environment variable PARETO_CONTROLER: did you mean PARETO_CONTROLLER\?/,
    );
  });
});
