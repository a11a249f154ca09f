import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createTempFolder, onnxType, writeModel, type Dim, type TempFolder } from '@pareto/testkit';
import { readRepository, type Repository } from '../../src/index.js';
import { describeForeignModel } from '../../src/repository/foreign-models.js';
import { chooseVersions } from '../../src/repository/version-policy.js';

const identity = (input: readonly Dim[], output: readonly Dim[] = input, type: number = onnxType.float): Uint8Array =>
  writeModel({
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', type, dims: input }],
    outputs: [{ name: 'y', type, dims: output }],
  });
const batched = identity(['n', 4]);

describe('readRepository', () => {
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const read = (path = ''): Promise<Repository> => readRepository(folder.file(path));
  const named = ({ models }: Repository): readonly string[] => models.map(({ name, version }) => `${name} ${version}`);
  const reasonsOf = ({ others }: Repository): Readonly<Record<string, string>> =>
    Object.fromEntries(others.map(({ name, kind, reason }) => [name, `${kind}: ${reason}`]));
  /** Reads a repository with a model `m` of this graph and configuration. */
  async function configured(config: string, graph = batched): Promise<Repository> {
    await folder.put({ 'm/1/model.onnx': graph, 'm/config.pbtxt': config });
    return read();
  }
  const why = async (config: string, graph = batched): Promise<string> =>
    reasonsOf(await configured(config, graph))['m'] ?? '';

  it('finds models in folders, with versions in numeric order', async () => {
    await folder.put({
      'b/10/model.onnx': batched,
      'b/2/model.onnx': batched,
      'b/02/model.onnx': batched,
      'b/old/model.onnx': batched,
      'a/1/model.onnx': batched,
      '.git/1/model.onnx': batched,
      'notes/read.me': 'no model',
      'README.md': 'no model',
    });
    const found = await read();
    assert.deepEqual([named(found), found.others], [['a 1', 'b 2', 'b 10'], []]);
    assert.equal(found.models[0]?.path, folder.file('a/1/model.onnx'));
  });

  it('accepts the folder of one model, and a folder of files', async () => {
    await folder.put({
      'a/1/model.onnx': batched,
      'a/labels.txt': '',
      'net/model.onnx': batched,
      'nets/x.onnx': batched,
    });
    assert.deepEqual(named(await read('a')), ['a 1']);
    assert.deepEqual(named(await read('net')), ['net undefined'], 'a single model.onnx is named after its folder');
    await folder.put({ 'nets/y.onnx': batched });
    assert.deepEqual(named(await read('nets')), ['x undefined', 'y undefined']);
  });

  it('rejects a folder without models', async () => {
    await mkdir(folder.file('empty'));
    await assert.rejects(
      read('empty'),
      /there is no model in .*: expected NAME\/1\/model.onnx for each, or .onnx files; it is empty/,
    );
    await folder.put({ 'notes/read.me': '' });
    await assert.rejects(read(), /there is no model in /);
  });

  it('skips models that are not ONNX, with the reason', async () => {
    await folder.put({
      'good/1/model.onnx': batched,
      'torch/1/model.pt': '',
      'plan/1/model.plan': '',
      'python/config.pbtxt': 'backend: "python"',
      'python/1/model.py': '',
      'ensemble/config.pbtxt': 'platform: "ensemble"',
      'ensemble/1/.keep': '',
      'nothing/config.pbtxt': 'max_batch_size: 8',
      'hollow/1/notes.txt': '',
      'beside.onnx': batched,
    });
    const found = await read();
    assert.deepEqual(named(found), ['good 1']);
    const others = reasonsOf(found);
    assert.match(others['torch'] ?? '', /^skipped: it is a PyTorch model: export it/);
    assert.match(others['plan'] ?? '', /^skipped: it is a TensorRT plan/);
    assert.match(others['python'] ?? '', /^skipped: its backend is python/);
    assert.match(others['ensemble'] ?? '', /^skipped: it is an ensemble/);
    assert.equal(others['nothing'], 'skipped: it has no version: expected 1/model.onnx in it');
    assert.equal(others['hollow'], 'skipped: there is no model.onnx in version 1');
    assert.match(others['beside'] ?? '', /^skipped: beside.onnx is next to folders of models/);
  });

  it('finds graphs by the configured name, and in folders with their data', async () => {
    await folder.put({
      'a/1/net.onnx': batched,
      'a/1/other.onnx': batched,
      'a/config.pbtxt': 'default_model_filename: "net.onnx"',
      'b/1/model.onnx/model.onnx': batched,
      'c/1/resnet.onnx': batched,
    });
    assert.deepEqual(
      (await read()).models.map(({ path }) => path.slice(folder.path.length + 1)),
      ['a/1/net.onnx', 'b/1/model.onnx/model.onnx', 'c/1/resnet.onnx'],
    );
  });

  it('applies the version policy', async () => {
    const versions = { 'm/1/model.onnx': batched, 'm/2/model.onnx': batched, 'm/3/model.onnx': batched };
    await folder.put(versions);
    for (const [policy, expected] of [
      ['latest { num_versions: 2 }', ['m 2', 'm 3']],
      ['latest { }', ['m 3']],
      ['all { }', ['m 1', 'm 2', 'm 3']],
      ['specific { versions: [ 1, 2 ] }', ['m 1', 'm 2']],
    ] as const) {
      await folder.put({ 'm/config.pbtxt': `version_policy: { ${policy} }` });
      assert.deepEqual(named(await read()), expected);
    }
    await folder.put({ 'm/config.pbtxt': 'version_policy: { specific { versions: 7 } }' });
    assert.equal(reasonsOf(await read())['m'], 'refused: version_policy names 7, but there is 1, 2, 3');
  });

  it('derives the maximum batch size from max_batch_size or the listed dimensions', async () => {
    const size = async (config: string, graph?: Uint8Array): Promise<number | undefined> =>
      (await configured(config, graph)).models[0]?.maxBatchSize;
    assert.equal(await size('max_batch_size: 8'), 8);
    assert.equal(await size('max_batch_size: 0'), 0);
    assert.equal(await size(''), undefined);
    assert.equal(
      await size('input { name: "x" dims: [ 4 ] }'),
      undefined,
      'the batch is omitted from dims, so there is one',
    );
    assert.equal(await size('input { name: "x" dims: [ -1, 4 ] }'), 0);
    const twoNames = identity(['n', 4], ['m', 4]);
    assert.equal(await size('max_batch_size: 8 input { name: "x" dims: [ 4 ] }', twoNames), 8);
  });

  it('finds label files of outputs inside the folder only', async () => {
    await configured('output { name: "y" label_filename: "labels.txt" }');
    const found = await read();
    assert.deepEqual(found.models[0]?.labels, { y: folder.file('m/labels.txt') });
    assert.match(
      await why('output { name: "y" label_filename: "../../secret" }'),
      /label_filename is at .*expected a path inside/,
    );
  });

  it('rejects a configuration that contradicts the graph, with both values', async () => {
    assert.match(
      await why('\ninput { name: "z" }'),
      /^refused: m\/config.pbtxt:2:7: input "z" is not in the graph, whose inputs are "x"$/,
    );
    assert.match(
      await why('output { name: "y" data_type: TYPE_INT64 }'),
      /output "y" is INT64 in the configuration and FP32 in the graph/,
    );
    assert.match(
      await why('max_batch_size: 8 input { name: "x" dims: [ 5 ] }'),
      /input "x" has dims \[5\] in the configuration and \[4\] in the graph without its batch/,
    );
    assert.match(
      await why('max_batch_size: 0 input { name: "x" dims: [ 4 ] }'),
      /input "x" has dims \[4\] in the configuration and \[n, 4\] in the graph$/,
    );
    assert.match(
      await why('max_batch_size: 8', identity([1, 4])),
      /m\/config.pbtxt:1:1: max_batch_size is 8, and input "x" of the graph has \[1, 4\], whose first dimension is fixed/,
    );
    assert.match(await why('max_batch_size: 8', identity([])), /input "x" of the graph is a scalar/);
    assert.match(await why('input { name: "x" dims: [ 4 ]'), /^refused: m\/config.pbtxt:1:30: the file ends here/);
    assert.match(await why('', Buffer.from('no model')), /^refused: .*ONNX model/);
  });

  it('adds a remark for each setting that is not applied', async () => {
    const remarks = async (config: string, graph?: Uint8Array): Promise<readonly string[]> =>
      (await configured(config, graph)).models[0]?.remarks.map(({ field, text }) => `${field}: ${text}`) ?? [];
    assert.deepEqual(await remarks('name: "other"'), ['name: it is "other", but the name of the folder is used']);
    assert.deepEqual(await remarks('name: "m" backend: "onnxruntime" max_batch_size: 8'), []);
    const wide = identity(['n', 'w']);
    assert.deepEqual(await remarks('max_batch_size: 8 input { name: "x" dims: [ 224 ] }', wide), [
      'input.dims: the graph accepts any size, and so does the served model',
    ]);
    assert.deepEqual(await remarks('max_batch_size: 8 input { name: "x" dims: [ -1 ] }', wide), []);
  });
});

describe('chooseVersions', () => {
  it('returns the existing versions that a policy selects, and the missing ones', () => {
    assert.deepEqual(chooseVersions([3, 1, 12], { kind: 'latest', count: 2 }), { versions: [3, 12], missing: [] });
    assert.deepEqual(chooseVersions([1], { kind: 'latest', count: 5 }).versions, [1]);
    assert.deepEqual(chooseVersions([1, 2], { kind: 'specific', versions: [2, 4] }), { versions: [2], missing: [4] });
  });
});

describe('describeForeignModel', () => {
  it('recognises formats by file names', () => {
    assert.match(describeForeignModel(['x.txt', 'model.gguf']) ?? '', /weights without a graph/);
    assert.match(describeForeignModel(['model.xml', 'model.bin']) ?? '', /OpenVINO/);
    assert.match(describeForeignModel(['model.savedmodel']) ?? '', /TensorFlow/);
    assert.match(describeForeignModel(['model.joblib']) ?? '', /skl2onnx/);
    assert.equal(describeForeignModel(['labels.txt']), undefined);
  });
});
