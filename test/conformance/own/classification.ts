// Our own cases of the classification extension, as a native server implements it: `score:index`, and the label if
// there is one.

import { base64, floats, infer, input, ok, refused, strings, type OwnCases } from './case.js';

const scores = floats(1, 9, 3, 4);
const wanted = (count: string | number) => ({
  outputs: [{ name: 'y', parameters: { classification: { int64_param: String(count) } } }],
});
const classes = (...texts: readonly string[]) => ({
  outputs: [{ name: 'y', datatype: 'BYTES', shape: ['1', String(texts.length)] }],
  raw_output_contents: [strings(...texts)],
});
const labelled = (count: number | string) => infer('labelled', [input('FP32', [1, 4])], [scores], wanted(count));

export const classificationCases: OwnCases = {
  'the first class': { ...labelled(1), gives: ok(classes('9.000000:1:dog')) },
  'the first two': { ...labelled(2), gives: ok(classes('9.000000:1:dog', '4.000000:3:red fox')) },
  'all classes': {
    ...labelled(4),
    gives: ok(classes('9.000000:1:dog', '4.000000:3:red fox', '3.000000:2:owl', '1.000000:0:cat')),
  },
  'more classes than the output has: returns all': { ...labelled(9), gives: ok({ outputs: [{ shape: ['1', '4'] }] }) },
  'a batch': {
    ...infer('labelled', [input('FP32', [2, 4])], [floats(1, 9, 3, 4, 5, 1, 1, 1)], wanted(1)),
    gives: ok({ outputs: [{ shape: ['2', '1'] }], raw_output_contents: [strings('9.000000:1:dog', '5.000000:0:cat')] }),
  },
  'without labels': {
    ...infer('id-fp32', [input('FP32', [1, 4])], [scores], wanted(2)),
    gives: ok(classes('9.000000:1', '4.000000:3')),
  },
  'of integers': {
    ...infer('id-int32', [input('INT32', [1, 4])], [base64(Int32Array.of(-5, 7, 0, 2))], wanted(2)),
    gives: ok(classes('7:1', '2:3')),
  },
  'typed contents for a typed request': {
    ...infer('labelled', [input('FP32', [1, 4], { contents: { fp32_contents: [1, 9, 3, 4] } })], [], wanted(1)),
    gives: ok({
      outputs: [
        {
          datatype: 'BYTES',
          shape: ['1', '1'],
          contents: { bytes_contents: [Buffer.from('9.000000:1:dog').toString('base64')] },
        },
      ],
      raw_output_contents: null,
    }),
  },
  'of one output, the other as a tensor': {
    ...infer(
      'addsub',
      ['a', 'b'].map((name) => ({ ...input('FP32', [1, 4]), name })),
      [floats(1, 2, 3, 4), floats(0, 0, 0, 0)],
      { outputs: [{ name: 'sum', parameters: { classification: { int64_param: '1' } } }, { name: 'diff' }] },
    ),
    gives: ok({ raw_output_contents: [strings('4.000000:3'), floats(1, 2, 3, 4)] }),
  },
  'over several dimensions of an item': {
    ...infer('cube', [input('FP32', [1, 2, 3])], [floats(1, 6, 2, 9, 0, 3)], wanted(2)),
    gives: ok(classes('9.000000:3', '6.000000:1')),
  },
  'zero classes': { ...labelled(0), ...refused('classification', '0') },
  'of BOOL': {
    ...infer('id-bool', [input('BOOL', [1, 4])], [base64(Uint8Array.of(1, 0, 1, 0))], wanted(1)),
    ...refused("'y'", 'BOOL'),
  },
  'a negative number of classes': { ...labelled(-1), ...refused('classification', '-1') },
  'a number of classes as a string': {
    ...infer('labelled', [input('FP32', [1, 4])], [scores], {
      outputs: [{ name: 'y', parameters: { classification: { string_param: 'two' } } }],
    }),
    ...refused('classification', 'two'),
  },
  'of BYTES': {
    ...infer('id-bytes', [input('BYTES', [1, 4])], [strings('a', 'b', 'c', 'd')], wanted(1)),
    ...refused("'y'", 'BYTES'),
  },
};
