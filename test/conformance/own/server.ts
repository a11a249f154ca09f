// Our own cases of calls about the server and its models, and of streams.

import { anything, type JsonObject } from '../compare.js';
import { floats, infer, input, notFound, ok, refused, type OwnCases } from './case.js';

const message = (id: string, model: string, name = 'x'): JsonObject =>
  infer(model, [{ ...input('FP32', [1, 4]), name }], [floats(1, 2, 3, 4)], { id }).request;
const answered = (id: string, model: string): JsonObject => ({
  error_message: null,
  infer_response: { id, model_name: model, raw_output_contents: [floats(1, 2, 3, 4)] },
});
const failed = (id: string): JsonObject => ({
  error_message: anything,
  infer_response: { id, outputs: null, raw_output_contents: null },
});

export const serverCases: OwnCases = {
  'metadata of a model of three dimensions': {
    ...{ rpc: 'ModelMetadata', request: { name: 'cube', version: '1' } },
    gives: ok({
      inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '2', '3'] }],
      outputs: [{ shape: ['-1', '2', '3'] }],
    }),
  },
  'metadata of a model without a batch': {
    ...{ rpc: 'ModelMetadata', request: { name: 'nobatch' } },
    gives: ok({ inputs: [{ name: 'x', shape: ['-1', '-1'] }], outputs: [{ name: 'y', shape: ['-1', '-1'] }] }),
  },
  'metadata of BYTES': {
    ...{ rpc: 'ModelMetadata', request: { name: 'id-bytes' } },
    gives: ok({ inputs: [{ datatype: 'BYTES' }], outputs: [{ datatype: 'BYTES' }] }),
  },
  'metadata of two inputs and outputs': {
    ...{ rpc: 'ModelMetadata', request: { name: 'addsub' } },
    gives: ok({ inputs: [{ name: 'a' }, { name: 'b' }], outputs: [{ name: 'sum' }, { name: 'diff' }] }),
  },
  'config with a version': {
    ...{ rpc: 'ModelConfig', request: { name: 'cube', version: '1' } },
    gives: ok({
      config: {
        ...{ name: 'cube', platform: 'onnxruntime_onnx', backend: 'onnxruntime', max_batch_size: 8 },
        input: [{ name: 'x', data_type: 'TYPE_FP32', dims: ['2', '3'] }],
        output: [{ name: 'y', data_type: 'TYPE_FP32', dims: ['2', '3'] }],
        dynamic_batching: anything,
      },
    }),
  },
  'config of a model without a batch': {
    ...{ rpc: 'ModelConfig', request: { name: 'nobatch' } },
    gives: ok({ config: { max_batch_size: null, input: [{ dims: ['-1', '-1'] }], dynamic_batching: null } }),
  },
  'config of BYTES': {
    ...{ rpc: 'ModelConfig', request: { name: 'id-bytes' } },
    gives: ok({ config: { input: [{ data_type: 'TYPE_STRING' }], output: [{ data_type: 'TYPE_STRING' }] } }),
  },
  'config of an unknown version': {
    rpc: 'ModelConfig',
    request: { name: 'cube', version: '9' },
    ...notFound('cube', '9'),
  },
  'config without a name': { rpc: 'ModelConfig', request: {}, ...notFound() },
  'statistics of a version': {
    ...{ rpc: 'ModelStatistics', request: { name: 'cube', version: '1' } },
    gives: ok({ model_stats: [{ name: 'cube', version: '1' }] }),
  },
  'statistics of an unknown version': {
    ...{ rpc: 'ModelStatistics', request: { name: 'cube', version: '9' } },
    ...refused('cube', '9'),
  },
  'statistics of a version that is not a number': {
    ...{ rpc: 'ModelStatistics', request: { name: 'cube', version: 'x' } },
    ...refused('x'),
  },
  'metadata of a version that is not a number': {
    ...{ rpc: 'ModelMetadata', request: { name: 'cube', version: 'x' } },
    ...refused('x'),
  },
  'status of an unregistered region': {
    ...{ rpc: 'SystemSharedMemoryStatus', request: { name: 'r' } },
    ...notFound("'r'"),
  },
  'unregistering an unregistered region': {
    ...{ rpc: 'SystemSharedMemoryUnregister', request: { name: 'r' } },
    gives: ok(null),
  },
  'readiness of a model with a version': {
    ...{ rpc: 'ModelReady', request: { name: 'cube', version: '1' } },
    gives: ok({ ready: true }),
  },
  'trace settings of an unknown model': {
    ...{ rpc: 'TraceSetting', request: { model_name: 'nope' } },
    ...notFound('nope'),
  },
  'changing a log setting': {
    ...{ rpc: 'LogSettings', request: { settings: { log_verbose_level: { uint32_param: 3 } } } },
    gives: { status: 'UNIMPLEMENTED' },
    names: ['log_verbose_level', '--log-level'],
  },
  'changing a trace setting': {
    ...{ rpc: 'TraceSetting', request: { settings: { trace_level: { value: ['TIMESTAMPS'] } } } },
    gives: { status: 'UNIMPLEMENTED' },
    names: ['trace_level', '--trace-endpoint'],
  },
  'shared memory regions': { rpc: 'SystemSharedMemoryStatus', request: {}, gives: ok(null) },
  'registering shared memory': {
    ...{ rpc: 'SystemSharedMemoryRegister', request: { name: 'r', key: '/r', byte_size: '16' } },
    gives: { status: 'UNIMPLEMENTED' },
    names: ['shared memory'],
  },
  'registering CUDA shared memory': {
    ...{ rpc: 'CudaSharedMemoryRegister', request: { name: 'r', byte_size: '16' } },
    gives: { status: 'UNIMPLEMENTED' },
    names: ['shared memory'],
  },
  'loading an unknown model': {
    ...{ rpc: 'RepositoryModelLoad', request: { model_name: 'nope' } },
    ...notFound('nope'),
  },
  'loading a model with another configuration': {
    ...{ rpc: 'RepositoryModelLoad', request: { model_name: 'cube', parameters: { config: { string_param: '{}' } } } },
    gives: { status: 'UNIMPLEMENTED' },
    names: ['config', 'cube', 'pareto register'],
  },
  'the index of another repository': {
    ...{ rpc: 'RepositoryIndex', request: { repository_name: 'other' } },
    gives: { status: 'UNIMPLEMENTED' },
    names: ['other'],
  },
  'the index of ready models': {
    ...{ rpc: 'RepositoryIndex', request: { ready: true } },
    gives: ok({ models: anything }),
  },
  'unloading an unknown model': {
    ...{ rpc: 'RepositoryModelUnload', request: { model_name: 'nope' } },
    ...notFound('nope'),
  },

  'an empty stream': { stream: [], gives: ok(null) },
  'a stream with an error in the middle': {
    stream: [message('a', 'id-fp32'), message('b', 'id-fp32', 'q'), message('c', 'id-fp32')],
    gives: ok([answered('a', 'id-fp32'), failed('b'), answered('c', 'id-fp32')]),
  },
  'a stream to several models, one unknown': {
    stream: [message('1', 'id-fp32'), message('2', 'nope'), message('3', 'nobatch')],
    gives: ok([answered('1', 'id-fp32'), failed('2'), answered('3', 'nobatch')]),
  },
  'a stream with typed contents': {
    stream: [infer('id-int32', [input('INT32', [1, 4], { contents: { int_contents: [1, 2, 3, 4] } })]).request],
    gives: ok([
      { infer_response: { outputs: [{ contents: { int_contents: [1, 2, 3, 4] } }], raw_output_contents: null } },
    ]),
  },
};
