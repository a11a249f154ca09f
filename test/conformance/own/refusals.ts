// Our own cases of invalid requests over gRPC, each with the words that the error must contain.

import { floats, infer, input, notFound, refused, strings, type OwnCases } from './case.js';

const numbers = floats(1, 2, 3, 4);
const fp32 = [input('FP32', [1, 4])];
const asked = (parameters: Readonly<Record<string, { readonly string_param: string }>>) =>
  infer('id-fp32', fp32, [numbers], { parameters });

export const refusalCases: OwnCases = {
  'an empty model name': { ...infer('', fp32, [numbers]), ...notFound() },
  'an invalid model name': { ...infer('../etc', fp32, [numbers]), ...refused('../etc') },
  'an unknown variant': { ...infer('id-fp32:int3', fp32, [numbers]), ...notFound('id-fp32:int3') },
  'a missing second input': {
    ...infer('addsub', [{ ...input('FP32', [1, 4]), name: 'a' }], [numbers]),
    ...refused("'b'"),
  },
  'raw contents for one input of two': {
    ...infer(
      'addsub',
      ['a', 'b'].map((name) => ({ ...input('FP32', [1, 4]), name })),
      [numbers],
    ),
    ...refused('2', '1'),
  },
  'raw contents for an additional input': { ...infer('id-fp32', fp32, [numbers, numbers]), ...refused('1', '2') },
  'a negative dimension': { ...infer('id-fp32', [input('FP32', [-1, 4])], [numbers]), ...refused("'x'", '-1') },
  'twenty dimensions': {
    ...infer('id-fp32', [input('FP32', Array<number>(20).fill(1))], [floats(1)]),
    ...refused("'x'", '[batch,4]'),
  },
  'dimensions with an overflowing product': {
    ...infer('nobatch', [input('FP32', [2 ** 40, 2 ** 40])], [numbers]),
    ...refused("'x'"),
  },
  'no contents': { ...infer('id-fp32', fp32), ...refused("'x'") },
  'typed contents for FP16': {
    ...infer('id-fp16', [input('FP16', [1, 4], { contents: { fp32_contents: [1, 2, 3, 4] } })]),
    ...refused("'x'", 'raw_input_contents'),
  },
  'typed INT8 out of range': {
    ...infer('id-int8', [input('INT8', [1, 4], { contents: { int_contents: [1, 2, 3, 300] } })]),
    ...refused("'x'", '300', 'INT8'),
  },
  'typed contents in two fields': {
    ...infer('id-int32', [input('INT32', [1, 4], { contents: { int_contents: [1, 2, 3, 4], fp32_contents: [1] } })]),
    ...refused("'x'", 'fp32_contents', 'int_contents'),
  },
  'BYTES with a length beyond the end': {
    ...infer('id-bytes', [input('BYTES', [1, 4])], [strings('a', 'b', 'c').replace(/.{4}$/, '////')]),
    ...refused("'x'", '4'),
  },
  'BYTES with trailing data': {
    ...infer('id-bytes', [input('BYTES', [1, 4])], [strings('a', 'b', 'c', 'd', 'e')]),
    ...refused("'x'", '4'),
  },
  'a datatype in lower case': {
    ...infer('id-fp32', [input('fp32', [1, 4])], [numbers]),
    ...refused("'x'", 'FP32', 'fp32'),
  },
  'two errors: the unknown name is reported first': {
    ...infer('id-fp32', [{ ...input('INT8', [1, 5]), name: 'q' }], [numbers]),
    ...refused("'q'", "'x'"),
  },
  'shared memory as input': {
    ...infer('id-fp32', [input('FP32', [1, 4], { parameters: { shared_memory_region: { string_param: 'r' } } })]),
    ...notFound("'x'", 'r'),
  },
  'a timeout of the wrong type': {
    ...infer('id-fp32', fp32, [numbers], { parameters: { timeout: { uint64_param: '5000000' } } }),
    ...refused('timeout', '5000000', 'int64_param'),
  },
  'a boolean priority': {
    ...infer('id-fp32', fp32, [numbers], { parameters: { priority: { bool_param: true } } }),
    ...refused('priority', 'true', 'int64_param'),
  },
  'an expired timeout': {
    ...infer('id-fp32', fp32, [numbers], { parameters: { timeout: { int64_param: '1' } } }),
    gives: { status: 'DEADLINE_EXCEEDED' },
  },
  'a version that is 0': { ...infer('id-fp32', fp32, [numbers], { model_version: '0' }), ...refused('0') },
  'an additional input': {
    ...infer('id-fp32', [...fp32, { ...input('FP32', [1, 4]), name: 'q' }], [numbers, numbers]),
    ...refused("'q'", "'x'"),
  },
  'latency_ms that is not a number': {
    ...asked({ latency_ms: { string_param: 'soon' } }),
    ...refused('latency_ms', 'soon'),
  },
  'a negative latency_ms': { ...asked({ latency_ms: { string_param: '-5' } }), ...refused('latency_ms', '-5') },
  'min_accuracy over 1': { ...asked({ min_accuracy: { string_param: '95' } }), ...refused('min_accuracy', '95') },
  'an unknown class': { ...asked({ class: { string_param: 'fast' } }), ...refused('class', 'fast', 'online') },
  'an invalid degrade': {
    ...asked({ degrade: { string_param: 'maybe' } }),
    ...refused('degrade', 'maybe', 'allow'),
  },
  'an infeasible accuracy': {
    ...asked({ min_accuracy: { string_param: '0.5' } }),
    gives: { status: 'FAILED_PRECONDITION' },
    names: ['0.5'],
  },
};
