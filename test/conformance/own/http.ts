// Our own cases over HTTP: JSON, binary tensors, encodings and methods, valid and invalid ones.

import { gzipSync } from 'node:zlib';
import { anything, type Json, type JsonObject } from '../compare.js';
import { floats, get, post, strings, type OwnCases } from './case.js';

const fp32 = { name: 'x', shape: [1, 4], datatype: 'FP32' };
const numbers = { ...fp32, data: [1, 2, 3, 4] };
const ask = (inputs: Json, more: JsonObject = {}, model = 'id-fp32') =>
  post(`models/${model}/infer`, { inputs, ...more });
const gives = (...outputs: readonly JsonObject[]) => ({ gives: { status: 200, reply: { outputs } } });
const wrong = (...names: readonly string[]) => ({ gives: { status: 400, type: 'application/json' }, names });
const latin = (text: string): string => Buffer.from(text, 'base64').toString('latin1');

/** Builds a body of JSON followed by binary data, which is given in base64. */
function binary(model: string, request: JsonObject, ...tails: readonly string[]) {
  const json = JSON.stringify(request);
  const headers = { 'inference-header-content-length': String(Buffer.byteLength(json)) };
  return post(`models/${model}/infer`, json, headers, tails.map(latin).join(''));
}
const sized = (tensor: JsonObject, size: number): JsonObject => ({ ...tensor, parameters: { binary_data_size: size } });

const gzipped = (text: string) =>
  post('models/id-fp32/infer', gzipSync(text).toString('latin1'), { 'content-encoding': 'gzip' });
const asClass = { name: 'y', parameters: { classification: 2 } };

export const httpCases: OwnCases = {
  live: { ...get('health/live'), gives: { status: 200 } },
  'a model is ready': { ...get('models/cube/versions/1/ready'), gives: { status: 200 } },
  'an unknown version': { ...get('models/cube/versions/9'), gives: { status: 404 }, names: ['cube', '9'] },
  'config with a version': {
    ...get('models/cube/versions/1/config'),
    gives: {
      status: 200,
      reply: { name: 'cube', max_batch_size: 8, input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [2, 3] }] },
    },
  },
  'statistics with a version': {
    ...get('models/cube/versions/1/stats'),
    gives: { status: 200, reply: { model_stats: [{ name: 'cube', version: '1' }] } },
  },
  'statistics of an unknown model': { ...get('models/nope/stats'), gives: { status: 400 }, names: ['nope'] },
  'log settings': { ...get('logging'), gives: { status: 200, reply: { log_info: true } } },
  'statistics of all models': { ...get('models/stats'), gives: { status: 200, reply: { model_stats: anything } } },
  'trace settings': { ...get('trace/setting'), gives: { status: 200, reply: { trace_level: ['OFF'] } } },
  'shared memory regions': { ...get('systemsharedmemory/status'), gives: { status: 200, type: 'application/json' } },
  'loading a model': { ...post('repository/models/cube/load', {}), gives: { status: 200 } },
  'a version that is not a number': { ...get('models/cube/versions/x'), ...wrong('x') },
  'inference with an unknown version': {
    ...post('models/id-fp32/versions/9/infer', { inputs: [numbers] }),
    gives: { status: 404 },
    names: ['id-fp32', '9'],
  },
  'loading an unknown model': {
    ...post('repository/models/nope/load', {}),
    gives: { status: 404 },
    names: ['nope'],
  },

  'data in three dimensions, nested': {
    ...ask([{ ...fp32, shape: [1, 2, 3], data: [[[1, 2, 3], [4, 5, 6]]] }], {}, 'cube'), // prettier-ignore
    ...gives({ name: 'y', shape: [1, 2, 3], data: [1, 2, 3, 4, 5, 6] }),
  },
  'data in three dimensions, flat': {
    ...ask([{ ...fp32, shape: [1, 2, 3], data: [1, 2, 3, 4, 5, 6] }], {}, 'cube'),
    ...gives({ shape: [1, 2, 3], data: [1, 2, 3, 4, 5, 6] }),
  },
  'data nested in another shape': { ...ask([{ ...fp32, data: [[1, 2], [3]] }]), ...wrong("'x'", '4', '3') },
  'data that is a number': { ...ask([{ ...fp32, data: 5 }]), ...wrong("'x'", '5') },
  'data with a null': { ...ask([{ ...fp32, data: [1, 2, null, 4] }]), ...wrong("'x'", 'null') },
  'missing data': { ...ask([fp32]), ...wrong("'x'", 'data') },
  'BOOL as 0 and 1': {
    ...ask([{ ...fp32, datatype: 'BOOL', data: [0, 1, 1, 0] }], {}, 'id-bool'),
    ...wrong("'x'", 'true'),
  },
  'an integer out of range': {
    ...ask([{ ...fp32, datatype: 'INT8', data: [1, 2, 3, 300] }], {}, 'id-int8'),
    ...wrong("'x'", '300', 'INT8'),
  },
  'a fraction for an integer': {
    ...ask([{ ...fp32, datatype: 'INT32', data: [1, 2, 3, 4.5] }], {}, 'id-int32'),
    ...wrong("'x'", '4.5', 'INT32'),
  },
  'the maximum of UINT64': {
    ...post(
      'models/id-uint64/infer',
      '{"inputs":[{"name":"x","shape":[1,4],"datatype":"UINT64","data":[0,1,2,18446744073709551615]}]}',
    ),
    ...gives({ data: [0, 1, 2, '18446744073709551615'] }),
  },
  'BYTES with quotes and non-Latin scripts': {
    ...ask([{ ...fp32, datatype: 'BYTES', data: ['"\\', '\n', '日本', '😀'] }], {}, 'id-bytes'),
    ...gives({ datatype: 'BYTES', data: ['"\\', '\n', '日本', '😀'] }),
  },
  'BYTES as binary data': {
    ...binary(
      'id-bytes',
      { inputs: [sized({ ...fp32, datatype: 'BYTES' }, 19)], outputs: [{ name: 'y' }] },
      strings('a', '', '', 'bc'),
    ),
    ...gives({ data: ['a', '', '', 'bc'] }),
  },
  'FP16 as binary data': {
    ...binary(
      'id-fp16',
      { inputs: [sized({ ...fp32, datatype: 'FP16' }, 8)], parameters: { binary_data_output: true } },
      'ADwAQABCAEQ=',
    ),
    gives: { status: 200, type: 'application/octet-stream', binary: 'ADwAQABCAEQ=' },
  },
  'binary and JSON inputs, binary and JSON outputs': {
    ...binary(
      'addsub',
      {
        inputs: [{ ...numbers, name: 'a' }, sized({ ...fp32, name: 'b' }, 16)],
        outputs: [{ name: 'diff', parameters: { binary_data: true } }, { name: 'sum' }],
      },
      floats(1, 1, 1, 1),
    ),
    gives: {
      ...{ status: 200, binary: floats(0, 1, 2, 3) },
      reply: {
        outputs: [
          { name: 'diff', data: null, parameters: { binary_data_size: 16 } },
          { name: 'sum', data: [2, 3, 4, 5] },
        ],
      },
    },
  },
  'two binary inputs': {
    ...binary(
      'addsub',
      { inputs: ['a', 'b'].map((name) => sized({ ...fp32, name }, 16)) },
      floats(1, 2, 3, 4),
      floats(1, 1, 1, 1),
    ),
    ...gives({ name: 'sum', data: [2, 3, 4, 5] }, { name: 'diff', data: [0, 1, 2, 3] }),
  },
  'binary data that is too short': {
    ...binary('id-fp32', { inputs: [sized(fp32, 16)] }, floats(1, 2)),
    ...wrong("'x'", '16', '8'),
  },
  'binary data that is too long': {
    ...binary('id-fp32', { inputs: [sized(fp32, 16)] }, floats(1, 2, 3, 4, 5)),
    ...wrong('4'),
  },
  'a size of binary data that does not match the shape': {
    ...binary('id-fp32', { inputs: [sized(fp32, 12)] }, floats(1, 2, 3)),
    ...wrong("'x'", '16', '12'),
  },
  'a body with only one binary tensor': {
    ...post('models/id-fp32/infer', latin(floats(1, 2, 3, 4)), { 'inference-header-content-length': '0' }),
    gives: { status: 200, type: 'application/octet-stream', binary: floats(1, 2, 3, 4) },
  },
  'FP16 in JSON': {
    ...ask([{ ...fp32, datatype: 'FP16', data: [1, 2, 3, 4] }], {}, 'id-fp16'),
    ...wrong("'x'", 'FP16', 'binary_data_size'),
  },
  'an input twice': { ...ask([numbers, numbers]), ...wrong("'x'") },
  'an id that is a number': { ...ask([numbers], { id: 5 }), ...wrong('id', '5') },
  'a negative dimension': { ...ask([{ ...numbers, shape: [-1, 4] }]), ...wrong("'x'", '-1') },
  'a header length that is not a number': {
    ...post('models/id-fp32/infer', { inputs: [numbers] }, { 'inference-header-content-length': 'ten' }),
    ...wrong('ten'),
  },

  'one output of two': {
    ...ask([{ ...numbers, name: 'a' }, { ...numbers, name: 'b' }], { outputs: [{ name: 'diff' }] }, 'addsub'), // prettier-ignore
    ...gives({ name: 'diff', data: [0, 0, 0, 0] }),
  },
  'classes in JSON': {
    ...ask([numbers], { outputs: [asClass] }, 'labelled'),
    ...gives({ datatype: 'BYTES', data: ['4.000000:3:red fox', '3.000000:2:owl'] }),
  },
  'an objective as parameters': {
    ...ask([numbers], { parameters: { latency_ms: 5000, class: 'online' } }),
    ...gives({ data: [1, 2, 3, 4] }),
  },
  'an invalid objective': {
    ...ask([numbers], { parameters: { latency_ms: 'soon' } }),
    ...wrong('latency_ms', 'soon'),
  },
  'an infeasible objective': {
    ...ask([numbers], { parameters: { min_accuracy: 0.5 } }),
    gives: { status: 412 },
    names: ['0.5'],
  },
  'unknown parameters': {
    ...ask([numbers], { parameters: { colour: 'red' } }),
    ...gives({ data: [1, 2, 3, 4] }),
  },

  'a compressed request': { ...gzipped(JSON.stringify({ inputs: [numbers] })), ...gives({ data: [1, 2, 3, 4] }) },
  'an uncompressed request with a compression header': {
    ...post('models/id-fp32/infer', { inputs: [numbers] }, { 'content-encoding': 'gzip' }),
    ...wrong('inflated'),
  },
  'an unknown encoding': {
    ...post('models/id-fp32/infer', { inputs: [numbers] }, { 'content-encoding': 'zstd' }),
    gives: { status: 415 },
    names: ['zstd', 'gzip'],
  },
  'a compressed answer': {
    ...post(
      'models/id-fp32/infer',
      { inputs: [{ ...fp32, shape: [8, 4], data: [...Array(32).keys()] }] },
      { 'accept-encoding': 'gzip' },
    ),
    ...gives({ shape: [8, 4] }),
  },
  'no content type': {
    ...post('models/id-fp32/infer', { inputs: [numbers] }, { 'content-type': '' }),
    ...gives({ data: [1, 2, 3, 4] }),
  },
  'an empty body': { ...post('models/id-fp32/infer', ''), ...wrong('body') },
  'a list as body': { ...post('models/id-fp32/infer', []), ...wrong('object') },
  'inputs that are not a list': { ...ask({ x: [1, 2, 3, 4] }), ...wrong('inputs', 'array') },
  'an input without a name': {
    ...ask([{ shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }]),
    ...wrong('inputs[0]', 'name'),
  },
  'a fraction in a shape': { ...ask([{ ...numbers, shape: [1, 4.5] }]), ...wrong("'x'", '4.5') },
  'an unknown input': { ...ask([{ ...numbers, name: 'q' }]), ...wrong("'q'", "'x'") },
  HEAD: { ...get('health/ready', 'HEAD'), gives: { status: 200 } },
  OPTIONS: { ...get('models/id-fp32/infer', 'OPTIONS'), gives: { status: 204 } },
  DELETE: { ...get('models/id-fp32', 'DELETE'), gives: { status: 405 }, names: ['DELETE', 'GET'] },
};
