import assert from 'node:assert/strict';
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readNpz, toNumbers } from '@pareto/models';
import { createTempFolder, floats, longs, writeNpy, writeNpz, type NpyArray, type TempFolder } from '@pareto/testkit';
import { checkSamples } from '../../../src/commands/register/check-samples.js';
import { collectValidation } from '../../../src/commands/register/collect-validation.js';
import { modelAt } from '../../../src/commands/register/register-models.js';

const example = (file: string): string =>
  fileURLToPath(new URL(`../../../../../examples/digits/${file}`, import.meta.url));

describe('collectValidation', () => {
  let folder: TempFolder;
  beforeEach(async () => void (folder = await createTempFolder()));
  afterEach(() => folder[Symbol.asyncDispose]());

  async function save(name: string, array: NpyArray): Promise<string> {
    await writeFile(folder.file(name), writeNpy(array));
    return folder.file(name);
  }
  const saveSet = async (): Promise<readonly [image: string, label: string]> => [
    await save('image.npy', floats([2, 3], [1, 2, 3, 4, 5, 6])),
    await save('label.npy', longs([2], [0, 1])),
  ];

  it('packs .npy files into an archive, which it deletes on disposal', async () => {
    const set = await collectValidation((await saveSet()).join(','));
    const arrays = await readNpz(set.path);
    const image = arrays.get('image') ?? assert.fail();
    assert.deepEqual(
      [[...arrays.keys()], image.dims],
      [
        ['image', 'label'],
        [2, 3],
      ],
    );
    assert.deepEqual(Array.from(toNumbers(image)), [1, 2, 3, 4, 5, 6]);
    await set[Symbol.asyncDispose]();
    await assert.rejects(stat(set.path), { code: 'ENOENT' });
  });

  it('packs the same bytes in any order and time zone', async () => {
    const [image, label] = await saveSet();
    await using first = await collectValidation(`${image},${label}`);
    await utimes(image, 1, 1);
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Pacific/Kiritimati';
    try {
      await using second = await collectValidation(`${label},${image}`);
      assert.deepEqual(await readFile(second.path), await readFile(first.path));
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('accepts array names that differ from the file names', async () => {
    const x = await save('x_test.npy', floats([1], [1]));
    const y = await save('y_test.npy', longs([1], [0]));
    await using set = await collectValidation(`image=${x},label=${y}`);
    assert.deepEqual([...(await readNpz(set.path)).keys()], ['image', 'label']);
  });

  it('leaves an archive unchanged', async () => {
    const path = folder.file('a,b.npz');
    await writeFile(path, writeNpz({ label: longs([1], [0]) }));
    const set = await collectValidation(path);
    await set[Symbol.asyncDispose]();
    assert.equal(set.path, path);
    assert.ok((await stat(path)).isFile());
  });

  it('rejects incomplete or ambiguous sets with the expected form', async () => {
    const [image, label] = await saveSet();
    for (const [given, why] of [
      ['none.npz', /there is no validation set at none\.npz/],
      ['none.csv', /there is no validation set at none\.csv/],
      [`${folder.file('none.npy')},${label}`, /there is no file .*none\.npy for the validation set/],
      [
        image,
        /has no labels, only image: expected samples\.npz, samples\.csv, .*or an \.npy file for each .*image\.npy,label\.npy/,
      ],
      [label, /has no input, only label/],
      [`${image},${image},${label}`, /two arrays image: write name=file\.npy/],
      [`${image},labels.csv`, /labels\.csv is not an \.npy file/],
    ] as const) {
      await assert.rejects(collectValidation(given), { code: 'invalid-argument', message: why });
    }
  });

  describe('checkSamples', () => {
    const model = modelAt(example('models/mlp-tiny.onnx'));

    it('accepts the example', async () => {
      await checkSamples(example('validation.npz'), [model], undefined);
      await checkSamples(example('validation.npz'), [model], 'f1');
    });

    it('rejects a set or a metric that does not fit the model', async () => {
      const path = folder.file('set.npz');
      const image = floats([1, 1, 28, 28], new Array<number>(784).fill(0));
      await writeFile(path, writeNpz({ image, label: longs([1], [12]) }));
      await assert.rejects(checkSamples(path, [model], undefined), {
        code: 'invalid-argument',
        message: /^mlp-tiny\.onnx can't be measured: .*class 12 .* the model has 10 outputs; expected 0 to 9$/,
      });
      const ones = new Array<number>(10).fill(1);
      await writeFile(path, writeNpz({ image, label: floats([1, 10], ones) }));
      await assert.rejects(
        checkSamples(path, [model], undefined),
        / the metric is top1, the set fits --metric .*cosine/,
      );
      await assert.rejects(checkSamples(path, [model], 'box-iou'), /box-iou judges boxes .* choose another metric$/);
      await assert.rejects(
        checkSamples(path, [model], 'top2'),
        /metric "top2" is not known: expected one of top1, top5/,
      );
    });

    it('reads the names of classes of the model and of its label files', async () => {
      const tabular = (file: string): string => example(`../tabular/${file}`);
      for (const name of ['columns', 'tickets'])
        await checkSamples(tabular(`${name}.csv`), [modelAt(tabular(`models/${name}.onnx`))], undefined);
      const path = folder.file('named.jsonl');
      const image = [new Array<number[]>(28).fill(new Array<number>(28).fill(0))];
      await writeFile(path, JSON.stringify({ image, label: 'two' }));
      await assert.rejects(checkSamples(path, [model], undefined), /they are texts, .*--labels/);
      await writeFile(folder.file('labels.txt'), 'zero\none\ntwo\n');
      await checkSamples(path, [{ ...model, labels: { logits: folder.file('labels.txt') } }], undefined);
    });

    it('uses the first model that can be served', async () => {
      await writeFile(folder.file('bad.onnx'), 'no model');
      const bad = modelAt(folder.file('bad.onnx'));
      await checkSamples(folder.file('nothing.npz'), [bad], undefined);
      await assert.rejects(checkSamples(folder.file('nothing.npz'), [bad, model], undefined), /can't be read/);
    });
  });
});
