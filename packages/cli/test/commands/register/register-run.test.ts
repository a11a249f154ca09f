import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspectGraph } from '@pareto/models';
import { createTempFolder, onnxType, writeModel, type TempFolder } from '@pareto/testkit';
import { runProgram } from '../../../src/program.js';
import { createTerminal } from '../../../src/terminal/terminal.js';
import {
  createFakeStorage,
  startFakeController,
  type FakeController,
  type FakeStorage,
} from '../../support/fake-controller.js';
import { fakeVariant } from '../../support/fake-description.js';
import { fakeJob, fakeStep } from '../../support/fake-jobs.js';
import { clock } from '../../support/clock.js';

const tiny = fileURLToPath(new URL('../../../../../examples/digits/models/mlp-tiny.onnx', import.meta.url));

describe('pareto register with a repository', () => {
  let folder: TempFolder;
  let storage: FakeStorage;
  let controller: FakeController;
  beforeEach(async () => {
    folder = await createTempFolder();
    storage = createFakeStorage();
    controller = await startFakeController(storage);
  });
  afterEach(async () => {
    controller[Symbol.dispose]();
    await folder[Symbol.asyncDispose]();
  });

  async function register(...argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const written = { stdout: '', stderr: '' };
    const output = (name: 'stdout' | 'stderr'): { write(text: string): unknown } => ({
      write: (text) => (written[name] += text),
    });
    const { signal } = new AbortController();
    const terminal = createTerminal(output('stdout'), output('stderr'));
    const all = ['register', ...argv, '--controller', controller.address];
    const code = await runProgram(all, { terminal, clock, stop: signal, kill: signal });
    return { code, ...written };
  }
  async function put(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(folder.file(path)), { recursive: true });
      if (content === tiny) await cp(tiny, folder.file(path));
      else await writeFile(folder.file(path), content);
    }
  }
  /** Returns the requests by name, because different models are registered side by side. */
  const requested = (): readonly string[] =>
    storage.requests
      .map(
        ({ name, task, version, maxBatchSize, recipes }) =>
          `${name} ${version} of ${task}, ${maxBatchSize ?? 'any'}, ${recipes.join()}`,
      )
      .toSorted();

  it('registers each model with its task, its versions and its configuration', async () => {
    await put({
      'repo/b/1/model.onnx': tiny,
      'repo/b/3/model.onnx': tiny,
      'repo/a/2/model.onnx': tiny,
      'repo/a/config.pbtxt':
        'max_batch_size: 4 instance_group { count: 2 } output { name: "logits" label_filename: "names.txt" }',
      'repo/a/names.txt': 'zero\none\n',
      'repo/torch/1/model.pt': '',
    });
    const { code, stdout, stderr } = await register(folder.file('repo'), '--detach', '-o', 'json');
    assert.equal(code, 0);
    assert.deepEqual(requested(), [
      'a 2 of a.task, 4, original',
      'b 1 of b.task, any, original',
      'b 3 of b.task, any, original',
    ]);
    assert.match(stderr, /^skipped torch: it is a PyTorch model/m);
    assert.match(stderr, /^config.pbtxt instance_group: Pareto decides how many replicas run, and where \(a\)$/m);
    assert.equal(stderr.match(/no validation set: only the trained models are served/g)?.length, 1);
    const [labels = ''] = Object.values(storage.requests.find(({ name }) => name === 'a')?.labels ?? {});
    assert.equal(storage.blobs.get(labels)?.toString(), 'zero\none\n');
    const printed = JSON.parse(stdout) as { tasks: string[]; remarks: { field: string }[]; others: { kind: string }[] };
    assert.deepEqual(
      [printed.tasks, printed.remarks.map(({ field }) => field), printed.others.map(({ kind }) => kind)],
      [['a.task', 'b.task'], ['instance_group'], ['skipped']],
    );
  });

  it('prints what happened in the order of the models, each with its own task or all with one', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `m${String(index).padStart(2, '0')}`);
    await put(Object.fromEntries(names.map((name) => [`repo/${name}.onnx`, name === 'm07' ? 'cut short' : tiny])));
    const expected = names.map((name) => (name === 'm07' ? `refused ${name}` : `registered ${name}`));
    for (const own of [[], ['--task', 'all']]) {
      const { code, stdout, stderr } = await register(folder.file('repo'), ...own, '--detach');
      assert.equal(code, 1);
      const lines = `${stdout}${stderr}`.split('\n').map((line) => line.replace(/(:| version).*$/, ''));
      const [registered, refused] = ['registered', 'refused'].map((kind) => lines.filter((l) => l.startsWith(kind)));
      assert.deepEqual([registered, refused], [expected.filter((l) => !l.endsWith('m07')), ['refused m07']]);
      assert.deepEqual(storage.requests.length, 19);
      storage.requests.length = 0;
      storage.names.length = 0;
    }
  });

  it('waits for the jobs of several tasks and prints a summary', async () => {
    await put({ 'repo/a/1/model.onnx': tiny, 'repo/b/1/model.onnx': tiny });
    const job = (name: string) =>
      fakeJob(name, [fakeStep('measure', 'done', { recipe: 'original', variant: `${name}:original` })], { done: true });
    controller.jobs = [[job('a'), job('b')]];
    controller.variants = [fakeVariant({ name: 'a:original' }), fakeVariant({ name: 'b:original' })];
    const { code, stdout } = await register(folder.file('repo'));
    assert.equal(code, 0);
    assert.match(stdout, /\n\n2 models, 2 variants, in \d+ ms\.\n/);
  });

  it('registers the valid models and fails for the others', async () => {
    await put({
      'repo/good/1/model.onnx': tiny,
      'repo/bad/1/model.onnx': tiny,
      'repo/bad/config.pbtxt': 'max_batch_size: "8"',
      'repo/no good/1/model.onnx': tiny,
    });
    const { code, stderr } = await register(folder.file('repo'), '--detach');
    assert.equal(code, 1);
    assert.deepEqual(requested(), ['good 1 of good.task, any, original']);
    assert.match(
      stderr,
      /^refused bad: bad\/config.pbtxt:1:17: max_batch_size is the string "8": expected a whole number from 0$/m,
    );
    assert.match(
      stderr,
      /^refused no good: architecture name "no good" is not valid: .*; register it separately, with --name$/m,
    );
    assert.match(stderr, /pareto: 2 of 3 models were refused: see the reasons above\n$/);
  });

  it('leaves no task behind if all of its models are refused', async () => {
    await put({ 'bad.onnx': tiny, 'a.onnx': tiny });
    const { code, stderr } = await register(folder.file('bad.onnx'), folder.file('a.onnx'), '--detach');
    assert.equal(code, 1);
    assert.match(stderr, /^refused bad: no such operator\nremoved task bad.task again, because no model/m);
    assert.deepEqual(storage.names, ['a.task', 'a']);
    storage.names.push('known');
    await register(folder.file('bad.onnx'), '--task', 'known', '--metric', 'top5', '--detach');
    assert.ok(storage.names.includes('known'), 'a task that existed before stays');
  });

  it('ends with what needs attention', async () => {
    await put({ 'cut.onnx': 'cut short', 'a.onnx': tiny });
    const step = fakeStep('make', 'failed', { recipe: 'fp16', detail: 'killed' });
    controller.jobs = [[fakeJob('a', [step], { done: true })]];
    controller.variants = [fakeVariant({ name: 'a:original' })];
    const { code, stdout } = await register(folder.file('cut.onnx'), folder.file('a.onnx'));
    assert.equal(code, 1);
    assert.match(
      stdout,
      /\n\nNEEDS ATTENTION\ncut: refused: it is not .*\na: generating a:fp16 failed: killed; 'pareto profile a' tries again\n$/,
    );
  });

  it('creates no task for a corrupted model', async () => {
    await put({ 'cut.onnx': 'cut short', 'a.onnx': tiny });
    const { code, stderr } = await register(folder.file('cut.onnx'), folder.file('a.onnx'), '--detach');
    assert.equal(code, 1);
    assert.match(stderr, /^refused cut: it is not/m);
    assert.doesNotMatch(stderr, /cut.task/);
    assert.match(stderr, /^task a.task/m);
    assert.match(stderr, /pareto: 1 of 2 models were refused: see the reasons above\n$/);
  });

  it('prefers command-line options to the configuration of a folder', async () => {
    await put({ 'a model/1/model.onnx': tiny, 'a model/config.pbtxt': 'max_batch_size: 4', 'names.txt': 'zero' });
    const flags = [
      '--name',
      'm',
      '--max-batch-size',
      '2',
      '--task',
      't',
      '--labels',
      `logits=${folder.file('names.txt')}`,
      '--detach',
    ];
    assert.equal((await register(folder.file('a model'), ...flags)).code, 0);
    assert.deepEqual(requested(), ['m 1 of t, 2, original']);
    assert.deepEqual(Object.keys(storage.requests[0]?.labels ?? {}), ['logits']);
  });

  it('sends a model with other names of inputs and outputs, and its external data, and the same again', async () => {
    const value = (name: string) => ({ name, type: onnxType.float, dims: ['n', 2] });
    const graph = writeModel({
      nodes: [{ op: 'Add', inputs: ['features', 'w'], outputs: ['scores'] }],
      inputs: [value('features')],
      outputs: [value('scores')],
      initializers: [{ name: 'w', type: onnxType.float, dims: [2], raw: Buffer.alloc(0), file: 'parts/w.bin' }],
    });
    await mkdir(folder.file('parts'));
    await writeFile(folder.file('other.onnx'), graph);
    await writeFile(folder.file('parts/w.bin'), Buffer.alloc(8, 1));
    const flags = ['--map', 'features=X', '--map', 'scores=y', '--detach'];
    for (let times = 0; times < 2; times++) assert.equal((await register(folder.file('other.onnx'), ...flags)).code, 0);
    const sent = storage.requests.map(({ name, manifest }) => [name, manifest?.files.map(({ path }) => path)]);
    assert.deepEqual(sent, [
      ['other', ['other.onnx', 'parts/w.bin']],
      ['other', ['other.onnx', 'parts/w.bin']],
    ]);
    const [first, second] = storage.requests.map(({ manifest }) => manifest?.files.map(({ digest }) => digest));
    assert.deepEqual(first, second);
    const [renamed, data] = (first ?? []).map(
      (digest) => storage.blobs.get(digest) ?? assert.fail(`no blob ${digest}`),
    );
    const { inputs, outputs } = inspectGraph(renamed ?? assert.fail('no graph'));
    assert.deepEqual([inputs[0]?.name, outputs[0]?.name, data], ['X', 'y', Buffer.alloc(8, 1)]);
  });

  it('creates a task for a model if --task is missing', async () => {
    await register(tiny, '--detach');
    assert.deepEqual(requested(), ['mlp-tiny 0 of mlp-tiny.task, any, original']);
    assert.deepEqual(storage.names, ['mlp-tiny.task', 'mlp-tiny']);
  });

  it('explains what is wrong with its arguments', async () => {
    await put({
      'repo/a/1/model.onnx': tiny,
      'repo/b/1/model.onnx': tiny,
      'torch/1/model.pt': '',
      'empty/read.me': '',
      'boosted/model.ubj': '',
      'forest.joblib': '',
      'forest.pkl': '',
    });
    const failed = async (code: number, why: RegExp, ...argv: readonly string[]): Promise<void> => {
      const ended = await register(...argv, '--detach');
      assert.match(ended.stderr, why);
      assert.equal(ended.code, code);
    };
    await failed(1, /hf:\/\/ is not supported \(download the ONNX files/, 'hf://org/model');
    await failed(1, /there is no model in .*expected NAME\/1\/model.onnx/, folder.file('empty'));
    await failed(
      1,
      /skipped torch: .*PyTorch.*\npareto: no model can be registered: see the reasons above/,
      folder.file('torch'),
    );
    const converts = 'it is a model of classical machine learning: convert it with skl2onnx or onnxmltools';
    for (const path of ['forest.joblib', 'forest.pkl'])
      await failed(1, new RegExp(`^skipped ${path}: ${converts}$`, 'm'), folder.file(path));
    await failed(1, new RegExp(`^skipped model.ubj: ${converts}$`, 'm'), folder.file('boosted'));
    await failed(
      1,
      /https:\/\/host\/forest.pkl is a model of classical machine learning: convert it/,
      'https://host/forest.pkl',
    );
    await failed(1, /--name applies to a single model, but 2 were given/, folder.file('repo'), '--name', 'x');
    await failed(1, /--labels applies to a single model, but 2 were given/, folder.file('repo'), '--labels', 'y=z');
    await failed(1, /--map applies to a single model, but 2 were given/, folder.file('repo'), '--map', 'a=b');
    await failed(1, /can't be renamed: it has no "a", but "image", "logits"/, tiny, '--map', 'a=b');
    await failed(2, /Expected two names: input=X/, tiny, '--map', 'a');
    await failed(1, /there is no label file at nowhere/, tiny, '--labels', 'logits=nowhere');
    await failed(2, /Expected an output and a file: scores=labels.txt/, tiny, '--labels', 'nowhere');
    await failed(2, /Expected a whole number/, tiny, '--max-batch-size', '1.5');
    await failed(1, /there is no file or folder .*none.zip/, folder.file('none.zip'));
    const set = fileURLToPath(new URL('../../../../../examples/digits/validation.npz', import.meta.url));
    await failed(
      1,
      /--validation applies to a single task, but these models have 2: set one with --task/,
      folder.file('repo'),
      '--validation',
      set,
    );
    assert.deepEqual(storage.requests, []);
  });
});
