import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock, type Signature } from '@pareto/core';
import { environmentOnly, type Isolation } from '@pareto/isolation';
import {
  createManualClock,
  createTempFolder,
  floats,
  longs,
  outdatedModel,
  waitFor,
  writeNpz,
  type TempFolder,
} from '@pareto/testkit';
import {
  createModelReader,
  inspectGraph,
  inspectModel,
  splitValidation,
  toNumbers,
  type ModelReader,
} from '../../src/index.js';
import { encodeMessage } from '../../src/onnx/onnx-wire.js';
import { toTexts } from '../../src/tensors/texts.js';

const digits = (file: string): string => fileURLToPath(new URL(`../../../../examples/digits/${file}`, import.meta.url));
const tabular = (file: string): string =>
  fileURLToPath(new URL(`../../../../examples/tabular/${file}`, import.meta.url));
const tiny = digits('models/mlp-tiny.onnx');
const memoryBytes = 2 ** 30;
const signature: Signature = {
  batched: true,
  inputs: [{ name: 'x', datatype: 'FP32', dims: [2] }],
  outputs: [{ name: 'y', datatype: 'FP32', dims: [3] }],
};

describe('a model reader', function () {
  this.timeout(30_000);
  let temp: TempFolder;
  /** A reader whose processes the tests share. */
  let shared: ModelReader;
  /** A reader of the test. */
  let reader: ModelReader;
  /** Ids of the processes that the test's reader started. */
  let started: number[];
  before(async () => {
    temp = await createTempFolder();
    shared = createModelReader({ clock: systemClock });
  });
  after(() => {
    shared[Symbol.dispose]();
    return temp[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    started = [];
    reader = createModelReader({ clock: systemClock, isolation: counting() });
  });
  afterEach(() => reader[Symbol.dispose]());

  const counting = (): Isolation => ({
    start(program) {
      const isolated = environmentOnly.start(program);
      started.push(isolated.child.pid ?? 0);
      return isolated;
    },
  });

  async function saved(name: string, content: Uint8Array): Promise<string> {
    await writeFile(temp.file(name), content);
    return temp.file(name);
  }
  const folder = (): Promise<string> => mkdtemp(join(temp.path, 'set-'));

  it('inspects models like this process, several in one process', async () => {
    for (const name of ['mlp-tiny', 'cnn-small']) {
      const graph = digits(`models/${name}.onnx`);
      assert.deepEqual(await reader.inspect(graph), JSON.parse(JSON.stringify(await inspectModel(graph))));
    }
    assert.equal(started.length, 1);
  });

  it('upgrades a model into the folder', async () => {
    const [graph, into] = [await saved('old.onnx', outdatedModel()), await folder()];
    await using file = await shared.rewrite({ graph, folder: into });
    const { opsets, outdatedOpset, signature: upgraded } = inspectGraph(await file.readFile());
    assert.deepEqual([opsets[0]?.version, outdatedOpset], [7, undefined]);
    assert.deepEqual(upgraded, (await shared.inspect(graph)).signature);
  });

  it('rewrites a model with maps of probabilities into the folder', async () => {
    const [graph, into] = [tabular('models/svm.onnx'), await folder()];
    await using file = await shared.rewrite({ graph, folder: into });
    const { isRewritten, labels, ...rewritten } = inspectGraph(await file.readFile());
    assert.deepEqual([isRewritten, labels], [false, {}]);
    assert.deepEqual(rewritten.signature, (await shared.inspect(graph)).signature);
  });

  it('runs two jobs at a time, and ends its processes when it is disposed', async () => {
    await Promise.all(Array.from({ length: 6 }, () => reader.inspect(tiny)));
    assert.equal(started.length, 2);
    reader[Symbol.dispose]();
    for (const pid of started)
      await waitFor('the end of a process', () => (existsSync(`/proc/${pid}`) ? undefined : true));
    await assert.rejects(reader.inspect(tiny), { code: 'unavailable' });
  });

  it('rejects more than 64 waiting jobs', async () => {
    const abort = new AbortController();
    const pipe = temp.file('full.onnx');
    execFileSync('mkfifo', [pipe]);
    const running = [0, 1].map(() => reader.inspect(pipe, abort.signal));
    await waitFor('two running jobs', async () => (started.length === 2 ? true : undefined));
    const rejections: unknown[] = [];
    const waiting = Array.from({ length: 68 }, async () =>
      reader.inspect(tiny).catch((error: unknown) => void rejections.push(error)),
    );
    await waitFor('rejections', async () => (rejections.length === 4 ? true : undefined));
    abort.abort();
    await Promise.allSettled(running);
    await Promise.all(waiting);
    assert.equal(rejections.length, 4);
    assert.match(String(rejections[0]), /reading the model has to wait for 64 others: retry/);
  });

  it('keeps the process after a rejected model, and replaces it after a failure', async () => {
    const twice = Buffer.concat([await readFile(tiny), Buffer.from([0x3a, 0])]);
    const repeated = await saved('repeated.onnx', twice);
    await assert.rejects(reader.inspect(repeated), {
      code: 'invalid-argument',
      message: /graph of ModelProto occurs more/,
    });
    await reader.inspect(tiny);
    assert.equal(started.length, 1);
    const abort = new AbortController();
    execFileSync('mkfifo', [temp.file('pipe.onnx')]);
    const stuck = reader.inspect(temp.file('pipe.onnx'), abort.signal);
    abort.abort();
    await assert.rejects(stuck, { message: /cancelled|aborted/ });
    await reader.inspect(tiny);
  });

  it('ends a process that is not used for 10 s', async () => {
    const clock = createManualClock();
    using idle = createModelReader({ clock, isolation: counting() });
    await idle.inspect(tiny);
    const [pid] = started;
    await clock.advance(9_999);
    assert.ok(existsSync(`/proc/${pid}`));
    await clock.advance(1);
    await waitFor('the end of the process', () => (existsSync(`/proc/${pid}`) ? undefined : true));
  });

  it('fails for a model that takes more than a minute', async () => {
    const clock = createManualClock();
    using slow = createModelReader({ clock, isolation: counting() });
    execFileSync('mkfifo', [temp.file('endless.onnx')]);
    const reading = slow.inspect(temp.file('endless.onnx'));
    await waitFor('a process', () => (started.length > 0 ? true : undefined));
    const rejected = assert.rejects(reading, {
      code: 'deadline-exceeded',
      message: /^reading the model took longer than 60 s: store the weights/,
    });
    await clock.advance(60_000);
    await rejected;
  });

  it('fails for a model that needs too much memory, and then reads others', async () => {
    // Field 5 of a graph, and field 5 of its tensor: packed integers, each of which becomes a number of eight bytes.
    const integers = Buffer.alloc(150_000_000, 1);
    const embed = (tag: number, content: readonly Buffer[]): readonly Buffer[] => {
      const size = content.reduce((total, { length }) => total + length, 0);
      const length = [0, 7, 14, 21, 28].map((shift) => ((size >>> shift) & 0x7f) | (shift < 28 ? 0x80 : 0));
      return [Buffer.from([tag, ...length]), ...content];
    };
    const graph = temp.file('large.onnx');
    await writeFile(graph, [Buffer.from([8, 8]), ...embed(0x3a, embed(0x2a, embed(0x2a, [integers])))]);
    await assert.rejects(shared.inspect(graph), {
      code: 'resource-exhausted',
      message: /^reading the model needed more than its memory limit of 1216 MiB: store the weights as raw data/,
    });
    await shared.inspect(tiny);
  });

  it('rejects a model with a description of more than 1 MiB', async () => {
    const type = { tensorType: { elemType: 1, shape: { dim: Array.from({ length: 32 }, () => ({ dimValue: 1 })) } } };
    const input = Array.from({ length: 600 }, (_, index) => ({ name: `${index}`.padStart(900), type }));
    const graph = { input, output: [{ name: 'y', type }] };
    const content = encodeMessage('onnx.ModelProto', { irVersion: 8, opsetImport: [{ version: 13 }], graph });
    await assert.rejects(shared.inspect(await saved('long.onnx', content)), {
      code: 'invalid-argument',
      message: /its description takes \d+ bytes, the limit is 1048576/,
    });
  });

  it('opens a validation set with the calibration samples first', async () => {
    const count = 40;
    const x = floats(
      [count, 2],
      Array.from({ length: 2 * count }, (_, index) => index),
    );
    const label = longs(
      [count],
      Array.from({ length: count }, (_, index) => index % 3),
    );
    const file = await saved('set.npz', writeNpz({ x, label }));
    await using set = await shared.openSet({ file, signature, metric: 'top1', folder: await folder() }, memoryBytes);
    const { calibration, evaluation } = splitValidation({ samples: count });
    const order = [...calibration, ...evaluation];
    assert.deepEqual([set.samples, set.calibrationSamples], [count, calibration.length]);
    const rows = [3, 4, 5, 0, 39];
    const read = (await set.readInputs(rows)).get('x') ?? assert.fail();
    assert.deepEqual(read.dims, [5, 2]);
    assert.deepEqual(
      [...Array.from(toNumbers(read))],
      rows.flatMap((row) => [2 * (order[row] ?? 0), 2 * (order[row] ?? 0) + 1]),
    );
    assert.deepEqual(
      [...Array.from(toNumbers(await set.readLabels(rows)))],
      rows.map((row) => (order[row] ?? 0) % 3),
    );
  });

  it('opens validation sets at a lower priority than a worker, and never raises its own', async () => {
    const content = writeNpz({ x: floats([2, 2], [1, 2, 3, 4]), label: longs([2], [0, 1]) });
    const request = { file: await saved('set.npz', content), signature, metric: 'top1' } as const;
    const open = async (): Promise<void> => {
      await using _ = await reader.openSet({ ...request, folder: await folder() }, memoryBytes);
    };
    await open();
    const [pid = 0] = started;
    assert.equal(getPriority(pid), Math.max(getPriority(), 10));
    setPriority(pid, 19);
    await open();
    assert.deepEqual([started.length, getPriority(pid)], [1, 19]);
  });

  it('opens a validation set with text labels', async () => {
    const texts: Signature = { ...signature, outputs: [{ name: 'y', datatype: 'BYTES', dims: [2] }] };
    const label = { descr: '|S3', dims: [2, 2], data: Buffer.from('abcd\0\0\0\0\0ef\0') };
    const file = await saved('set.npz', writeNpz({ x: floats([2, 2], [1, 2, 3, 4]), label }));
    await using set = await shared.openSet(
      { file, signature: texts, metric: 'exact-match', folder: await folder() },
      memoryBytes,
    );
    assert.deepEqual(toTexts(await set.readLabels([1, 0])), ['', 'ef', 'abc', 'd']);
  });

  it('rejects a validation set with elements of no bytes', async () => {
    const label = { descr: '|S0', dims: [2_000_000_000], data: new Uint8Array(0) };
    const file = await saved('set.npz', writeNpz({ x: floats([2, 2], [1, 2, 3, 4]), label }));
    await assert.rejects(shared.openSet({ file, signature, metric: 'top1', folder: await folder() }, memoryBytes), {
      code: 'invalid-argument',
      message: /array label: its type is \|S0, whose elements have no bytes/,
    });
  });
});
