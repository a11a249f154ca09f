import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { DataType, Metric, Signature, TensorSpec } from '@pareto/core';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import fc from 'fast-check';
import {
  fittingMetrics,
  labelLines,
  readValidationSet,
  toNumbers,
  type ClassNames,
  type ValidationSet,
} from '../../src/index.js';
import { readTable } from '../../src/datasets/read-table.js';
import { toTexts } from '../../src/tensors/texts.js';

const spec = (name: string, datatype: DataType, dims: readonly number[] = [1]): TensorSpec => ({
  name,
  datatype,
  dims,
});
const scores = spec('scores', 'FP32', [3]);
const signatureOf = (inputs: readonly TensorSpec[], outputs: readonly TensorSpec[] = [scores]): Signature => ({
  ...{ batched: true, inputs, outputs },
});

describe('a file of labels', () => {
  it('has a label in each line, as any editor saves it', () => {
    for (const text of ['no\nyes', 'no\nyes\n', 'no\r\nyes\r\n', '\uFEFFno\r\nyes\r\n'])
      assert.deepEqual(labelLines(text), ['no', 'yes']);
  });
});

describe('a table of samples', () => {
  let folder: TempFolder;
  before(async () => void (folder = await createTempFolder()));
  after(() => folder[Symbol.asyncDispose]());

  async function saved(content: string | Uint8Array): Promise<string> {
    await writeFile(folder.file('set'), content);
    return folder.file('set');
  }

  const read = async (
    content: string | Uint8Array,
    inputs: readonly TensorSpec[],
    use: { outputs?: readonly TensorSpec[]; metric?: Metric; classNames?: ClassNames } = {},
  ): Promise<ValidationSet> => {
    const { outputs, metric = 'top1', classNames } = use;
    return readValidationSet(await saved(content), { signature: signatureOf(inputs, outputs), metric, classNames });
  };
  const numbers = (set: ValidationSet, input: string): readonly number[] =>
    Array.from(toNumbers(set.inputs.get(input) ?? assert.fail()));
  const texts = (set: ValidationSet, input: string): readonly string[] =>
    toTexts(set.inputs.get(input) ?? assert.fail());

  const [age, plan] = [spec('age', 'FP32'), spec('plan', 'BYTES')];

  it('has a column for each input, of its type, and other columns', async () => {
    const csv = 'id,plan,age,label\n7,basic,30.5,0\n8,pro,2e1,2\n';
    const json =
      '{"plan": "basic", "age": 30.5, "label": 0}\n\n{"label": 2, "age": 20, "plan": "pro", "more": {"a": [1]}}\n';
    for (const content of [csv, json, csv.replaceAll('\n', '\r\n'), `\uFEFF${csv}`, `\uFEFF${json}`]) {
      const set = await read(content, [age, plan]);
      assert.equal(set.samples, 2);
      assert.deepEqual(
        [numbers(set, 'age'), texts(set, 'plan')],
        [
          [30.5, 20],
          ['basic', 'pro'],
        ],
      );
      assert.deepEqual(
        [set.inputs.get('age')?.dims, set.inputs.get('plan')?.dims],
        [
          [2, 1],
          [2, 1],
        ],
      );
      assert.deepEqual([set.labels.datatype, Array.from(toNumbers(set.labels))], ['INT64', [0, 2]]);
    }
  });

  it('may have quoted texts with commas, quotes and line breaks', async () => {
    const set = await read('plan,label\n"a, ""b""\nc",1\n  d ,2\n', [plan]);
    assert.deepEqual(texts(set, 'plan'), ['a, "b"\nc', '  d ']);
    assert.deepEqual(texts(await read('{"plan": "a\\u0000é\\n𝄞", "label": 1}', [plan]), 'plan'), ['a\0é\n𝄞']);
  });

  it('reads missing numbers as NaN, and missing texts as empty ones', async () => {
    for (const content of [
      'age,plan,label\n,,1\nnan,,1\n',
      '{"age": null, "plan": null, "label": 1}\n{"age": "NaN", "label": 1}',
    ]) {
      const set = await read(content, [age, plan]);
      assert.deepEqual(
        [numbers(set, 'age'), texts(set, 'plan')],
        [
          [Number.NaN, Number.NaN],
          ['', ''],
        ],
      );
    }
  });

  it('reads every type of number exactly', async () => {
    for (const [datatype, values] of [
      ['BOOL', ['true', 'False', '1', '0']],
      ['INT8', ['-128', '127', '3.0']],
      ['UINT16', ['65535', '0']],
      ['FP16', ['65504', '-0.5', 'inf']],
      ['FP64', ['0.1', '-1e300', '.5']],
    ] as const) {
      const set = await read(`x,label\n${values.map((value) => `${value},0`).join('\n')}`, [spec('x', datatype)]);
      const expected = values.map((value) =>
        value === 'inf' ? Infinity : /true/i.test(value) ? 1 : /false/i.test(value) ? 0 : Number(value),
      );
      assert.deepEqual(numbers(set, 'x'), expected, datatype);
    }
    for (const text of ['9223372036854775807', '-9223372036854775808']) {
      const { inputs } = await read(`x,label\n${text},0\n`, [spec('x', 'INT64')]);
      const { data } = inputs.get('x') ?? assert.fail();
      assert.equal(String(Buffer.from(data).readBigInt64LE()), text);
    }
  });

  it('gives an input of several values all columns but the labels, or an array of JSON lines', async () => {
    const wide = spec('X', 'FP32', [3]);
    for (const content of [
      'a,b,c,label\n1,2,3,0\n4,5,6,1\n',
      '{"X": [1, 2, 3], "label": 0}\n{"X": [4, 5, 6], "label": 1}',
    ]) {
      const set = await read(content, [wide]);
      assert.deepEqual(
        [set.inputs.get('X')?.dims, numbers(set, 'X')],
        [
          [2, 3],
          [1, 2, 3, 4, 5, 6],
        ],
      );
    }
    const image = await read('{"X": [[1, 2], [3, 4]], "label": 0}', [spec('X', 'FP32', [2, -1])]);
    assert.deepEqual(image.inputs.get('X')?.dims, [1, 2, 2]);
  });

  it('fits a model whose batch is not known', async () => {
    const unbatched = {
      ...signatureOf([spec('text', 'BYTES', [-1, 1])], [spec('y', 'FP32', [-1, 3])]),
      batched: false,
    };
    const set = await readValidationSet(await saved('text,label\nhi,1\n'), { signature: unbatched, metric: 'top1' });
    assert.deepEqual(set.inputs.get('text')?.dims, [1, 1, 1]);
    const use = { signature: unbatched, metric: 'top1' } as const;
    await assert.rejects(
      readValidationSet(await saved('text,label\nhi,3\n'), use),
      /class 3 .*the model has 3 outputs/,
    );
  });

  describe('with names of classes as labels', () => {
    const named = spec('name', 'BYTES', []);
    const classNames = { scores: ['no', 'maybe', 'yes'] };

    it('is compared with the names that the model returns', async () => {
      const set = await read('age,label\n1,yes\n2,no\n', [age], { outputs: [named, scores], classNames });
      assert.deepEqual([set.labels.datatype, toTexts(set.labels)], ['BYTES', ['yes', 'no']]);
    });

    it('is compared with the indices of the names', async () => {
      for (const metric of ['top1', 'f1'] as const) {
        const set = await read('age,label\n1,yes\n2,no\n', [age], { classNames, metric });
        assert.deepEqual(Array.from(toNumbers(set.labels)), [2, 0]);
      }
      const digits = { scores: ['1', '2', '3'] };
      const set = await read('age,label\n1,1\n2,3\n', [age], { classNames: digits });
      assert.deepEqual(Array.from(toNumbers(set.labels)), [0, 2]);
    });

    it('may have the positions of the classes instead', async () => {
      const set = await read('age,label\n1,2\n2,0\n', [age], { outputs: [named, scores], classNames });
      assert.deepEqual(Array.from(toNumbers(set.labels)), [2, 0]);
    });

    it('is rejected with a name that is not a class, or that has no index', async () => {
      for (const outputs of [[named, scores], [scores]])
        await assert.rejects(
          read('age,label\n1,yes\n2,Yes\n', [age], { outputs, classNames }),
          /label "Yes" of sample 2 is not a class of the model, whose classes are "no", "maybe", "yes"$/,
        );
      await assert.rejects(read('age,label\n1,yes\n', [age]), /they are texts, .*pass them with --labels scores=FILE/);
    });

    it('has the numbers that the model returns as classes, and not their positions', async () => {
      const outputs = [spec('class', 'INT64', []), scores];
      const use = { outputs, classNames: { scores: ['1', '2', '5'] } };
      for (const content of ['age,label\n1,5\n2,1\n', '{"age": 1, "label": 5}\n{"age": 2, "label": 1}'])
        assert.deepEqual(Array.from(toNumbers((await read(content, [age], use)).labels)), [5, 1]);
      for (const content of ['age,label\n1,1\n2,0\n', '{"age": 1, "label": 1}\n{"age": 2, "label": 0}'])
        await assert.rejects(read(content, [age], use), /label "0" of sample 2 is not a class .* are "1", "2", "5"$/);
      const ownNames = { ...use, classNames: { scores: ['1', '2', '5'], class: ['7', '8', '9'] } };
      assert.deepEqual(Array.from(toNumbers((await read('age,label\n1,7\n', [age], ownNames)).labels)), [0]);
    });

    it('is rejected with a name of several classes, unless the model returns names', async () => {
      const twice = { scores: ['crane', 'heron', 'crane'] };
      const why = /label "crane" of sample 2 is the name of several classes: label with the positions of the classes$/;
      await assert.rejects(read('age,label\n1,heron\n2,crane\n', [age], { classNames: twice }), why);
      for (const [outputs, label] of [
        [[named, scores], 'crane'],
        [[scores], 'heron'],
      ] as const)
        assert.equal((await read(`age,label\n1,${label}\n`, [age], { outputs, classNames: twice })).samples, 1);
    });

    it('is compared as text by a metric of texts', async () => {
      const set = await read('age,label\n1,anything\n', [age], {
        outputs: [named, scores],
        classNames,
        metric: 'exact-match',
      });
      assert.deepEqual(toTexts(set.labels), ['anything']);
    });
  });

  it('may have numbers as labels', async () => {
    const outputs = [spec('y', 'FP32')];
    for (const content of ['age,label\n1,0.5\n2,3\n', '{"age": 1, "label": [0.5]}\n{"age": 2, "label": [3]}']) {
      const { labels } = await read(content, [age], { outputs, metric: 'mse' });
      assert.deepEqual([labels.datatype, Array.from(toNumbers(labels))], ['FP64', [0.5, 3]]);
    }
  });

  it('is rejected with the first label that is not a number, for a metric of numbers', async () => {
    const use = { outputs: [spec('y', 'FP32', [2])], metric: 'rmse' } as const;
    await assert.rejects(
      read('{"age": 1, "label": ["1", "2"]}\n{"age": 2, "label": ["3", "n/a"]}', [age], use),
      /label "n\/a" of sample 2 is not a number, but the model answers with FP32 \[2\]$/,
    );
  });

  it('has no names of classes of an output that is named like a property of objects', () =>
    assert.rejects(read('age,label\n1,yes\n', [age], { outputs: [spec('constructor', 'FP32', [3])], classNames: {} }), {
      message: /which has no names of classes/,
    }));

  it('names the metrics that it fits', async () => {
    const file = await saved('age,label\n1,0.5\n');
    assert.deepEqual(
      await fittingMetrics(file, { signature: signatureOf([age], [spec('y', 'FP32')]), metric: 'top1' }),
      ['exact-match', 'cosine', 'mse'],
    );
    assert.deepEqual(await fittingMetrics(file, { signature: signatureOf([plan]), metric: 'top1' }), []);
  });

  it('names no metric for a label that is not a class', async () => {
    for (const [label, datatype, name] of [
      ['Yes', 'BYTES', 'yes'],
      ['0', 'INT64', '1'],
    ] as const) {
      const use = { signature: signatureOf([age], [spec('class', datatype), scores]), metric: 'top1' } as const;
      const file = await saved(`age,label\n1,${label}\n`);
      assert.deepEqual(await fittingMetrics(file, { ...use, classNames: { scores: [name] } }), []);
    }
  });

  const whole = spec('n', 'UINT8');
  const wide = spec('X', 'FP32', [3]);
  const bad: readonly [string, string | Uint8Array, readonly TensorSpec[], RegExp][] = [
    ['text for a number', 'age,label\n1,0\nold,1\n', [age], /"age" in row 2 is "old", expected a number \(FP32\)/],
    ['a decimal comma', 'age,label\n"1,5",0\n', [age], /"age" in row 1 is "1,5", expected a number/],
    ['a number beyond the type', 'age,label\n1e39,0\n', [age], /is "1e39", expected a number \(FP32\)/],
    ['a number beyond every type', 'age,label\n1e400,0\n', [age], /is "1e400", expected a number \(FP32\)/],
    ['a number of JSON beyond every type', '{"age": -1e400, "label": 0}', [age], /is -Infinity, expected a number/],
    ['a property of objects for a number', 'age,label\n__proto__,0\n', [age], /is "__proto__", expected a number/],
    [
      'a fraction for an integer',
      'n,label\n1.5,0\n',
      [whole],
      /"1.5", expected a whole number from 0 to 255 \(UINT8\)/,
    ],
    ['an integer out of range', '{"n": 256, "label": 0}', [whole], /is 256, expected a whole number from 0 to 255/],
    ['an inexact integer', '{"n": 9007199254740993, "label": 0}', [spec('n', 'INT64')], /expected a whole number/],
    ['a missing integer', 'n,label\n,0\n', [whole], /"n" in row 1 is missing, expected a whole number/],
    ['a missing label', 'age,label\n1,\n', [age], /"label" in row 1 is missing: remove such rows/],
    ['a number for text', '{"plan": 5, "label": 0}', [plan], /"plan" in row 1 is 5, expected a text/],
    ['an object', '{"plan": {"a": 1}, "label": 0}', [plan], /is an object, expected a text/],
    [
      'columns of pandas',
      '{"age": {"0": 1}, "label": {"0": 0}}',
      [age],
      /is an object, .*; .*orient='records', lines=True/,
    ],
    ['an object as label', '{"age": 1, "label": {}}', [age], /"label" in row 1 is an object/],
    [
      'an array in one of several columns',
      `{"a": ${'['.repeat(1e5)}1${']'.repeat(1e5)}, "b": 1, "c": 1, "label": 0}`,
      [wide],
      /"a" in row 1 is an array/,
    ],
    ['no columns of an input', 'label\n0\n', [spec('X', 'FP32', [-1])], /the set has 0 columns other than label/],
    [
      'labels of two types',
      '{"age":1,"label":"a"}\n{"age":1,"label":2}',
      [age],
      /"label" in row 2 is 2, expected a text/,
    ],
    [
      'no column of an input',
      'Age,label\n1,0\n',
      [age],
      /no column "age" for the model's input \(it has "Age", "label"\)/,
    ],
    [
      'no labels',
      'age,target\n1,0\n',
      [age],
      /no column "label" for the label of each sample \(it has "age", "target"\)/,
    ],
    ['another separator', 'age;label\n1;0\n', [age], /separated by commas, not by ";"/],
    [
      'other columns than an input takes',
      ',a,b,c,label\n0,1,2,3,0\n',
      [wide],
      /4 columns other than label .*index=False/,
    ],
    [
      'one column for several values',
      'X,label\n1,0\n',
      [wide],
      /takes \[3\] values .*column "X" has one value.*JSON lines/,
    ],
    ['rows of different lengths', 'age,label\n1,0\n1\n', [age], /it is not CSV: Invalid Record Length.* line 3/],
    ['an open quote', 'age,label\n"1,0\n', [age], /it is not CSV: Quote Not Closed/],
    ['two columns of a name', 'age,age,label\n1,1,0\n', [age], /two columns "age"/],
    ['no rows', 'age,label\n', [age], /it has no rows/],
    ['no content', '', [age], /the file is empty/],
    ['other encodings', Buffer.from('age,label\n1,é', 'latin1'), [age], /it is not UTF-8/],
    ['binary content', Buffer.from('PAR1\0\0'), [age], /its format is unknown: expected NPZ, CSV/],
    ['a JSON array', '[{"age": 1}]', [age], /JSON array: df.to_json\('samples.jsonl', orient='records', lines=True\)/],
    ['broken JSON', '{"age": 1, "label": 0}\n{"age": 1', [age], /line 2 is not JSON: .*one object per line/],
    ['NaN in JSON', '{"age": NaN, "label": 0}', [age], /line 1 is not JSON: .*null for a missing value/],
    ['the labels as input', 'label\n0\n', [spec('label', 'INT64')], /input "label" has the name of the labels.*--map/],
    ['a line that is no object', '{"age": 1, "label": 0}\n[1]', [age], /line 2 is \[1\], expected an object/],
    ['ragged arrays', '{"X": [[1, 2], [3]], "label": 0}', [wide], /"X" in row 1 has arrays of different lengths/],
    [
      'rows of different shapes',
      '{"X":[1],"label":0}\n{"X":[1,2],"label":0}',
      [wide],
      /shape \[2\], and row 1 has \[1\]/,
    ],
    ['another shape', '{"X": [1, 2], "label": 0}', [wide], /X must be FP32 \[1, 3\], got FP32 \[1, 2\]$/],
    ['deep arrays', `{"X": ${'['.repeat(1e5)}1${']'.repeat(1e5)}, "label": 0}`, [wide], /more than 32 nested arrays/],
  ];
  for (const [what, content, inputs, why] of bad) {
    it(`is rejected with ${what}`, () =>
      assert.rejects(read(content, inputs), { code: 'invalid-argument', message: why }));
  }

  it('is rejected beyond a limit', async () => {
    const limits = { maxBytes: 1000, maxRows: 3, maxColumns: 3, maxRowBytes: 100 };
    const refuse = async (content: string, format: 'CSV' | 'JSON lines', why: RegExp): Promise<void> =>
      assert.rejects(readTable(await saved(content), format, signatureOf([age]), limits), {
        code: 'invalid-argument',
        message: why,
      });
    await refuse('age,label\n1,0\n1,0\n1,0\n1,0\n', 'CSV', /more than 3 rows, which is the limit/);
    await refuse('a,b,age,label\n', 'CSV', /more than 3 columns, which is the limit/);
    await refuse('{"a": 1, "b": 1, "age": 1, "label": 0}', 'JSON lines', /more than 3 columns, which is the limit/);
    await refuse('age,label\n"1,,,,\n,""",0\n,,,', 'CSV', /more than 3 columns/);
    await refuse(`age,label\n"${'1\n'.repeat(200)}`, 'CSV', /it is not CSV: Max Record Size/);
    await refuse(`age,label\n${','.repeat(200)}`, 'CSV', /a line has more than 100 characters/);
    await refuse(`{"age": 1, "label": "${'x'.repeat(200)}"}`, 'JSON lines', /more than 100 characters/);
    await refuse('x'.repeat(2000), 'CSV', /2000 bytes, the limit is 1000/);
  });

  it('has the text of any field that a CSV writer quotes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 8 }), async (fields) => {
        const rows = fields.map((field) => `"${field.replaceAll('"', '""')}",0`);
        assert.deepEqual(texts(await read(`plan,label\n${rows.join('\n')}\n`, [plan]), 'plan'), fields);
        const lines = fields.map((field) => JSON.stringify({ plan: field, label: 0 }));
        assert.deepEqual(texts(await read(lines.join('\n'), [plan]), 'plan'), fields);
      }),
      { numRuns: 50 },
    );
  });
});
