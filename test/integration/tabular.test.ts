// Models of tabular data as the converters of scikit-learn, XGBoost and LightGBM write them by default, compared with
// Python's ONNX Runtime. A cluster serves one of each form of inputs and outputs, and all of them with `--full`.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { joinElements, systemClock } from '@pareto/core';
import { createModelReader, splitValidation } from '@pareto/models';
import { createTempFolder, onnxType, openModelSession, writeModel } from '@pareto/testkit';
import { createTestClient, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { found } from '../support/findings.js';
import { isFull } from '../support/length.js';
import { preparePython } from '../support/python.js';
import { skipWithout } from '../support/skip.js';
import { cellsOf, findDifference, inputsOf, readAnswers, tensorOf, textsOf, type Answers } from './tabular/answers.js';
import { rollOutAndBack } from './tabular/roll-out.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const models = `${root}examples/tabular/models`;
/** The same models, trained on other rows. */
const retrained = `${root}test/integration/tabular/retrained`;
/** A model whose converter declares one label for any number of samples. */
const measured = 'lightgbm';
/**
 * Models that answer with texts and with numbers as labels and as keys of maps, with a list of tensors, and with a number. Those
 * with tables as validation sets come on top.
 */
const forms = [measured, 'decision-tree', 'random-forest', 'multi-output', 'xgboost-regressor'];

describe('tabular models', function () {
  this.timeout(120_000);
  let answers: ReadonlyMap<string, Answers>;
  let retrainedAnswers: Readonly<Record<string, Answers>>;
  let tables: Awaited<ReturnType<typeof readAnswers>>['tables'];
  let cluster: Cluster | undefined;
  let client: TestClient;
  before(async function () {
    const environment = await preparePython();
    skipWithout(this, environment.kind === 'missing' ? environment.reason : undefined);
    if (environment.kind === 'missing') return;
    const expected = await readAnswers(environment.python, [models, retrained]);
    answers = new Map(Object.entries(expected.models[0] ?? {}));
    retrainedAnswers = expected.models[1] ?? {};
    tables = expected.tables;
    // While a worker measures a new version, the other one answers the queries.
    cluster = await startCluster({ workers: 2 });
    client = createTestClient(cluster);
    // The first ones are measured first.
    for (const name of new Set([measured, ...Object.keys(tables), ...(isFull ? answers.keys() : forms)])) {
      const validation = name in tables ? await readFile(`${root}examples/tabular/${name}.csv`) : undefined;
      await client.registerTask(`${name}.task`, validation === undefined ? {} : { validation });
      await client.registerModel(`${name}.task`, name, await readFile(`${models}/${name}.onnx`));
    }
  });
  after(async () => {
    if (cluster === undefined) return;
    client[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const expectedOf = (name: string): Answers => answers.get(name) ?? assert.fail(`there is no model ${name}`);

  it('are measured on tables of numbers, words and texts', async () => {
    assert.deepEqual(Object.keys(tables), ['columns', 'tickets']);
    for (const [name, rows] of Object.entries(tables)) {
      const { evaluation } = splitValidation({ samples: rows.length });
      const hits = evaluation.filter((row) => rows[row]?.label === rows[row]?.predicted).length;
      await client.waitUntilDone(`${name}.task`);
      const { variants } = await client.registry.describe({ name: `${name}.task` });
      const { value, samples } = variants[0]?.measurements[0]?.accuracy ?? assert.fail(`${name} has no accuracy`);
      assert.deepEqual([samples, value], [evaluation.length, hits / evaluation.length], name);
      assert.ok(value > 0.5 && value < 1);
    }
  });

  it('answer batches, also one whose converter declares one label for any number of samples', async () => {
    const expected = expectedOf(measured);
    await client.waitUntilDone(`${measured}.task`);
    const all = Array.from(expected.inputs[0]?.rows.keys() ?? []);
    const { outputs } = await client.infer(measured, inputsOf(expected, all));
    assert.equal(findDifference(outputs, expected, all), undefined);
  });

  it('answer as in Python, with tensors in place of maps', async () => {
    for (const name of isFull ? answers.keys() : ['columns', ...forms]) {
      const expected = expectedOf(name);
      await client.waitUntilReady(name);
      for (const [sample] of (expected.inputs[0]?.rows ?? []).entries()) {
        const { outputs } = await client.infer(name, inputsOf(expected, [sample]));
        assert.equal(findDifference(outputs, expected, [sample]), undefined, name);
      }
    }
  });

  it('answer as in Python once they are rewritten, alone and together', async () => {
    assert.equal(answers.size, 18);
    await using folder = await createTempFolder();
    using reader = createModelReader({ clock: systemClock });
    for (const [name, expected] of answers) {
      // Its inputs are texts, which only the cluster gets.
      if (name === 'columns') continue;
      await using file = await reader.rewrite({ graph: `${models}/${name}.onnx`, folder: folder.path });
      await using session = await openModelSession(await file.readFile());
      const samples = Array.from(expected.inputs[0]?.rows.keys() ?? []);
      for (const some of [samples, ...samples.map((sample) => [sample])]) {
        const outputs = await session.run(
          inputsOf(expected, some).map(({ raw, ...input }) => ({ ...input, data: raw })),
        );
        const answered = outputs.map(({ data, ...output }) => ({ ...output, raw: Buffer.from(data) }));
        assert.equal(findDifference(answered, expected, some), undefined, name);
      }
    }
  });

  it('change the case of text on hosts without the locale of the model', async () => {
    const attributes = [{ name: 'case_change_action', text: 'LOWER' }];
    const value = { type: onnxType.string, dims: ['n'] };
    const model = writeModel({
      nodes: [{ op: 'StringNormalizer', inputs: ['x'], outputs: ['y'], attributes }],
      inputs: [{ name: 'x', ...value }],
      outputs: [{ name: 'y', ...value }],
    });
    await client.registerTask('lower.task');
    await client.registerModel('lower.task', 'lower', model);
    await client.waitUntilReady('lower');
    const texts = joinElements(['ÉCOLE', 'ΑΒΓ Iı'].map((text) => Buffer.from(text)));
    const { outputs } = await client.infer('lower', [{ name: 'x', datatype: 'BYTES', shape: [2], raw: texts }]);
    assert.deepEqual(outputs.flatMap(cellsOf), ['école', 'αβγ iı']);
  });

  it('return the keys of the maps as labels of classes', async () => {
    for (const name of ['random-forest', 'decision-tree']) {
      const { inputs, outputs } = expectedOf(name);
      const { keys = [], rows, name: output } = outputs.find((values) => values.keys !== undefined) ?? assert.fail();
      const { rawOutputContents } = await client.oip.modelInfer({
        modelName: name,
        inputs: inputs.map((values) => {
          const { datatype, shape } = tensorOf(values, [0]);
          return { name: values.name, datatype, shape: [...shape] };
        }),
        rawInputContents: inputs.map((values) => Buffer.from(tensorOf(values, [0]).raw)),
        outputs: [{ name: output, parameters: { classification: { int64Param: 3 } } }],
      });
      const classes = textsOf(rawOutputContents[0] ?? Buffer.alloc(0));
      const expected = [rows[0] ?? []]
        .flat()
        .map((value, index) => ({ value: Number(value), text: `${Number(value).toFixed(6)}:${index}:${keys[index]}` }))
        .sort((a, b) => b.value - a.value);
      assert.deepEqual(
        classes,
        expected.map(({ text }) => text),
      );
    }
  });

  it('are retrained, rolled out and rolled back under load: no query fails, each version answers as in Python', async function () {
    this.timeout(600_000);
    const counts = { sent: 0, failed: 0 };
    for (const name of isFull ? answers.keys() : ['random-forest', 'columns']) {
      const versions = [expectedOf(name), retrainedAnswers[name] ?? assert.fail(name)] as const;
      assert.notDeepEqual(versions[0].outputs, versions[1].outputs, name);
      const model = await readFile(`${retrained}/${name}.onnx`);
      const { sent, failed, wrong, answered, outMs, backMs } = await rollOutAndBack(client, name, { model, versions });
      counts.sent += sent;
      counts.failed += failed.length;
      found({ name: `${name} retrained: rolled out in`, value: outMs / 1000, unit: 's' });
      found({ name: `${name} retrained: rolled back in`, value: backMs / 1000, unit: 's' });
      assert.deepEqual([failed, wrong, [...new Set(answered)]], [[], [], ['1', '2']], name);
    }
    found({ name: 'models retrained: Infers sent', value: counts.sent, unit: '' });
    found({ name: 'models retrained: Infers failed', value: counts.failed, unit: '', reach: { exactly: 0 } });
  });
});
