// Models of tabular data as the converters of scikit-learn, XGBoost and LightGBM write them by default, compared with
// Python's ONNX Runtime.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { splitValidation } from '@pareto/models';
import type { RawTensor } from '@pareto/protocol';
import { onnxType, writeModel } from '@pareto/testkit';
import { createTestClient, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { preparePython, run } from '../support/python.js';
import { skipWithout } from '../support/skip.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const models = `${root}examples/tabular/models`;
/** A model whose converter declares one label for any number of samples. */
const measured = 'lightgbm';

type Cell = number | string;

interface Values {
  readonly name: string;
  /** A cell or a row of cells for each sample. */
  readonly rows: readonly (Cell | readonly Cell[])[];
  /** Keys of the maps that the rows were. Undefined if they were a tensor. */
  readonly keys?: readonly string[];
}

/** Samples of a model, and the answers of Python's ONNX Runtime to them. */
interface Answers {
  readonly inputs: readonly Values[];
  readonly outputs: readonly Values[];
}

/** A row of a table that is a validation set. */
interface Row {
  readonly label: string;
  /** Answer of the model in scikit-learn. */
  readonly predicted: string;
}

interface Expected {
  readonly models: Readonly<Record<string, Answers>>;
  /** Rows of each table, by the name of its model. */
  readonly tables: Readonly<Record<string, readonly Row[]>>;
}

describe('tabular models', function () {
  this.timeout(120_000);
  let answers: ReadonlyMap<string, Answers>;
  let tables: Expected['tables'];
  let cluster: Cluster | undefined;
  let client: TestClient;
  before(async function () {
    const environment = await preparePython();
    skipWithout(this, environment.kind === 'missing' ? environment.reason : undefined);
    if (environment.kind === 'missing') return;
    const { code, output } = await run(environment.python, [`${root}test/integration/tabular/answers.py`, models]);
    assert.equal(code, 0, output);
    const expected = JSON.parse(output) as Expected;
    answers = new Map(Object.entries(expected.models));
    tables = expected.tables;
    cluster = await startCluster({ workers: 1 });
    client = createTestClient(cluster);
    // The first ones are measured first.
    for (const name of new Set([measured, ...Object.keys(tables), ...answers.keys()])) {
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

  it('answer as in Python, with tensors in place of maps', async () => {
    assert.equal(answers.size, 18);
    for (const [name, { inputs, outputs }] of answers) {
      await client.waitUntilReady(name);
      for (const [sample] of (inputs[0]?.rows ?? []).entries()) {
        const { outputs: found } = await client.infer(
          name,
          inputs.map((values) => tensorOf(values, [sample])),
        );
        assertSame(found, outputs, [sample], name);
      }
    }
  });

  it('answer batches, also one whose converter declares one label for any number of samples', async () => {
    const { inputs, outputs } = expectedOf(measured);
    await client.waitUntilDone(`${measured}.task`);
    const all = Array.from(inputs[0]?.rows.keys() ?? []);
    const { outputs: found } = await client.infer(
      measured,
      inputs.map((values) => tensorOf(values, all)),
    );
    assertSame(found, outputs, all, measured);
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
    const texts = Buffer.concat(['ÉCOLE', 'ΑΒΓ Iı'].map(elementOf));
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
});

/** Asserts that cells of texts and integers are equal, and that fractions differ by 1e-5 or, above 1, by that share. */
function assertSame(
  found: readonly RawTensor[],
  outputs: readonly Values[],
  samples: readonly number[],
  model: string,
): void {
  assert.deepEqual(
    found.map(({ name }) => name),
    outputs.map(({ name }) => name),
  );
  for (const [index, tensor] of found.entries()) {
    const expected = samples.flatMap((sample) => outputs[index]?.rows[sample] ?? []);
    const cells = cellsOf(tensor);
    assert.equal(cells.length, expected.length, `${model}: ${tensor.name}`);
    for (const [at, cell] of cells.entries()) {
      const other = expected[at] ?? '';
      const isSame =
        tensor.datatype === 'FP32'
          ? Math.abs(Number(cell) - Number(other)) <= 1e-5 * Math.max(1, Math.abs(Number(other)))
          : cell === other;
      assert.ok(isSame, `${model} answers ${cell} in ${tensor.name} at ${at}, expected ${other}`);
    }
  }
}

function tensorOf({ name, rows }: Values, samples: readonly number[]): RawTensor {
  const cells = samples.flatMap((sample) => rows[sample] ?? []);
  const shape = [samples.length, cells.length / samples.length];
  if (typeof cells[0] === 'number')
    return { name, datatype: 'FP32', shape, raw: Buffer.from(Float32Array.from(cells, Number).buffer) };
  return { name, datatype: 'BYTES', shape, raw: Buffer.concat(cells.map((cell) => elementOf(String(cell)))) };
}

function elementOf(text: string): Buffer {
  const element = Buffer.from(`0000${text}`);
  element.writeUInt32LE(element.length - 4);
  return element;
}

function cellsOf({ name, datatype, raw }: RawTensor): readonly Cell[] {
  const content = Buffer.from(raw);
  if (datatype === 'BYTES') return textsOf(content);
  if (datatype === 'FP32') return Array.from(new Float32Array(Uint8Array.from(content).buffer));
  assert.equal(datatype, 'INT64', name);
  return Array.from(new BigInt64Array(Uint8Array.from(content).buffer), Number);
}

function textsOf(raw: Uint8Array): readonly string[] {
  const [content, texts]: [Buffer, string[]] = [Buffer.from(raw), []];
  for (let at = 0; at < content.length;) {
    const end = at + 4 + content.readUInt32LE(at);
    texts.push(content.toString('utf8', at + 4, end));
    at = end;
  }
  return texts;
}
