// Our own cases of datatypes, shapes and parameters over gRPC.

import { base64, floats, infer, input, mirrored, mirroredTyped, ok, strings, type OwnCases } from './case.js';

const fp32 = (...values: readonly number[]) => ({ fp32_contents: values });
const addsub = (names: readonly string[], shape: readonly number[]) =>
  names.map((name) => ({ ...input('FP32', shape), name }));
const long = 'ß'.repeat(500_000);

export const tensorCases: OwnCases = {
  'raw BOOL': mirrored('id-bool', 'BOOL', [1, 4], base64(Uint8Array.of(1, 0, 1, 1))),
  'raw INT8': mirrored('id-int8', 'INT8', [1, 4], base64(Int8Array.of(-128, 127, 0, -1))),
  'raw UINT16': mirrored('id-uint16', 'UINT16', [1, 4], base64(Uint16Array.of(0, 1, 256, 65_535))),
  'raw UINT32': mirrored('id-uint32', 'UINT32', [1, 4], base64(Uint32Array.of(0, 1, 2 ** 31, 2 ** 32 - 1))),
  'raw UINT64': mirrored('id-uint64', 'UINT64', [1, 4], base64(BigUint64Array.of(0n, 1n, 2n ** 63n, 2n ** 64n - 1n))),
  'raw FP16, NaN and subnormal': mirrored('id-fp16', 'FP16', [1, 4], base64(Uint16Array.of(0x7e00, 0xfc00, 1, 0x8000))),
  'raw BYTES, empty, long, with zeros': mirrored(
    'id-bytes',
    'BYTES',
    [1, 4],
    strings('', long.slice(0, 70_000), '\0\0', '日本'),
  ),
  'raw BYTES that are not text': mirrored(
    'id-bytes',
    'BYTES',
    [1, 4],
    strings(...[0xff, 0x80, 0xc3, 0xfe].map((byte) => Uint8Array.of(byte))),
  ),
  'raw FP32, negative zero': mirrored('id-fp32', 'FP32', [1, 4], floats(-0, 0, -1e38, 1e-45)),

  'typed INT32': mirroredTyped('id-int32', 'INT32', { int_contents: [-2_147_483_648, 2_147_483_647, 0, -1] }),
  'typed UINT16': mirroredTyped('id-uint16', 'UINT16', { uint_contents: [0, 1, 256, 65_535] }),
  'typed UINT32': mirroredTyped('id-uint32', 'UINT32', { uint_contents: [0, 1, 2 ** 31, 4_294_967_295] }),
  'typed FP32': mirroredTyped('id-fp32', 'FP32', fp32(1.5, -2, 0, 3)),
  'typed INT64, negative': mirroredTyped('id-int64', 'INT64', {
    int64_contents: ['-9223372036854775808', '0', '1', '-1'],
  }),
  'typed BYTES': mirroredTyped('id-bytes', 'BYTES', {
    bytes_contents: ['', 'a', 'ü', long.slice(0, 1000)].map((text) => Buffer.from(text).toString('base64')),
  }),
  'two typed inputs, one of them empty': {
    ...infer('addsub', [
      { ...input('FP32', [1, 4], { contents: fp32(1, 2, 3, 4) }), name: 'a' },
      { ...input('FP32', [1, 4]), name: 'b' },
    ]),
    ...{ gives: { status: 'INVALID_ARGUMENT' }, names: ["'b'", '4'] },
  },

  'a batch of 8': mirrored('id-fp32', 'FP32', [8, 4], floats(...Array(32).keys())),
  'a batch of 8 in a model of three dimensions': mirrored('cube', 'FP32', [8, 2, 3], floats(...Array(48).keys())),
  'no batch, one row': mirrored('nobatch', 'FP32', [1, 1], floats(7)),
  'inputs in another order': {
    ...infer('addsub', addsub(['b', 'a'], [1, 4]), [floats(1, 1, 1, 1), floats(1, 2, 3, 4)], {
      outputs: [{ name: 'diff' }],
    }),
    gives: ok({ outputs: [{ name: 'diff' }], raw_output_contents: [floats(0, 1, 2, 3)] }),
  },
  'one output of two': {
    ...infer(
      'addsub',
      addsub(['a', 'b'], [2, 4]),
      [floats(...Array(8).keys()), floats(...(Array(8).fill(1) as number[]))],
      {
        outputs: [{ name: 'sum' }],
      },
    ),
    gives: ok({ outputs: [{ name: 'sum', shape: ['2', '4'] }], raw_output_contents: [floats(1, 2, 3, 4, 5, 6, 7, 8)] }),
  },
  'tensor names that are not ASCII': {
    ...infer('unicode', [{ ...input('FP32', [1, 4]), name: 'größe' }], [floats(1, 2, 3, 4)], {
      outputs: [{ name: '出力' }],
    }),
    gives: ok({ outputs: [{ name: '出力' }], raw_output_contents: [floats(1, 2, 3, 4)] }),
  },
  'an id of a megabyte': {
    ...infer('id-fp32', [input('FP32', [1, 4])], [floats(1, 2, 3, 4)], { id: long }),
    gives: ok({ id: long }),
  },
  'unknown parameters on all levels': {
    ...infer(
      'id-fp32',
      [input('FP32', [1, 4], { parameters: { colour: { string_param: 'red' } } })],
      [floats(1, 2, 3, 4)],
      {
        parameters: { colour: { string_param: 'red' }, size: { int64_param: '-7' }, weight: { double_param: 0.5 } },
        outputs: [{ name: 'y', parameters: { colour: { bool_param: false } } }],
      },
    ),
    gives: ok({ outputs: [{ name: 'y' }] }),
  },
  'priority and timeout as clients send them': {
    ...infer('id-fp32', [input('FP32', [1, 4])], [floats(1, 2, 3, 4)], {
      parameters: { priority: { uint64_param: '2' }, timeout: { int64_param: '5000000' } },
    }),
    gives: ok({ outputs: [{ name: 'y' }] }),
  },
  'an objective as numbers and as strings': {
    ...infer('id-fp32', [input('FP32', [1, 4])], [floats(1, 2, 3, 4)], {
      parameters: {
        latency_ms: { string_param: '5000' },
        max_cost_per_1k: { int64_param: '100' },
        class: { string_param: 'online' },
      },
    }),
    gives: ok({ outputs: [{ name: 'y' }], model_name: 'id-fp32' }),
  },
  'a variant by its name': {
    ...infer('id-fp32:original', [input('FP32', [1, 4])], [floats(1, 2, 3, 4)]),
    gives: ok({ model_name: 'id-fp32:original', raw_output_contents: [floats(1, 2, 3, 4)] }),
  },
};
