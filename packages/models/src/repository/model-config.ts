// Parses Triton's `config.pbtxt`: the settings that Pareto applies, and remarks on the others.

import type { DataType } from '@pareto/core';
import { createConfigMessage, type ConfigMessage } from './config-message.js';
import { remarksOf, tensorRemarksOf, type ConfigRemark } from './config-remarks.js';
import { parseTextFormat } from './text-format.js';
import { textError, type SourcePosition } from './text-tokens.js';
import { readVersionPolicy, type VersionPolicy } from './version-policy.js';

export interface ConfigTensor {
  readonly name: string;
  /** Element type. Undefined if the configuration has none. */
  readonly datatype: DataType | undefined;
  /**
   * Dimensions for the graph: those of `reshape`, if there is one. They exclude the batch if `max_batch_size` is above
   * 0.
   */
  readonly dims: readonly number[] | undefined;
  /** Path of a text file with one label per line, relative to the configuration. Only outputs have labels. */
  readonly labels: string | undefined;
  readonly at: SourcePosition;
}

export interface ModelConfig {
  /** Path that is used in errors. */
  readonly file: string;
  readonly name: string | undefined;
  /** Reason why the model is not an ONNX model. Undefined if it is one. */
  readonly foreign: string | undefined;
  /** Maximum batch size. 0 means that no dimension is a batch. Undefined if the configuration has none. */
  readonly maxBatchSize: number | undefined;
  readonly inputs: readonly ConfigTensor[];
  readonly outputs: readonly ConfigTensor[];
  readonly versions: VersionPolicy;
  readonly graphName: string | undefined;
  readonly remarks: readonly ConfigRemark[];
  /** Returns the position of a field, or of the file if the field is missing. */
  positionOf(field: string): SourcePosition;
}

const start: SourcePosition = { line: 1, column: 1 };
const maxConfigBytes = 1 << 20;

/**
 * Throws `invalid-argument` with line and column if the configuration is malformed or needs a feature that Pareto
 * lacks.
 */
export function parseModelConfig(content: Buffer, file: string): ModelConfig {
  if (content.byteLength > maxConfigBytes) throw textError(file, start, 'it is larger than 1 MiB');
  const config = createConfigMessage(parseTextFormat(decode(content, file), file), file, start);
  const name = config.text('name');
  const foreign = foreignOf(config);
  const read = {
    ...{ file, name, foreign, graphName: graphNameOf(config), versions: readVersionPolicy(config) },
    positionOf: (field: string): SourcePosition => config.positionOf(field),
  };
  if (foreign !== undefined) return { ...read, maxBatchSize: undefined, inputs: [], outputs: [], remarks: [] };
  checkSupported(config);
  const maxBatchSize = config.whole('max_batch_size', 0);
  const tensors = (role: 'input' | 'output'): readonly ReadTensor[] =>
    config.messages(role).map((tensor) => readTensor(tensor, role));
  const [inputs, outputs] = [tensors('input'), tensors('output')];
  for (const list of [inputs, outputs]) checkUnique(list, config);
  const remarks = [...inputs, ...outputs].flatMap((tensor) => tensor.remarks).concat(remarksOf(config));
  return { ...read, maxBatchSize, inputs, outputs, remarks: remarks.toSorted((a, b) => a.line - b.line) };
}

function decode(content: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw textError(file, start, 'it is not UTF-8 text');
  }
}

function graphNameOf(config: ConfigMessage): string | undefined {
  const name = config.text('default_model_filename');
  if (name === undefined || name === '') return undefined;
  if (!/[/\\\0]/.test(name) && name !== '..' && name !== '.') return name;
  throw config.error(
    config.positionOf('default_model_filename'),
    `default_model_filename is ${JSON.stringify(name)}: expected the name of a file in the version's folder, like model.onnx`,
  );
}

/** Names of ONNX Runtime as platform or backend. Both may be empty. */
const onnx: ReadonlySet<string> = new Set(['', 'onnxruntime', 'onnxruntime_onnx']);

function foreignOf(config: ConfigMessage): string | undefined {
  const [platform = '', backend = ''] = [config.text('platform'), config.text('backend')];
  if (platform === 'ensemble' || config.has('ensemble_scheduling')) {
    return 'it is an ensemble: only single ONNX models are served; call them from the client one after the other';
  }
  if (!onnx.has(backend)) return `its backend is ${backend}: only ONNX models (backend "onnxruntime") are served`;
  if (!onnx.has(platform)) return `its platform is ${platform}: only ONNX models ("onnxruntime_onnx") are served`;
  return undefined;
}

function checkSupported(config: ConfigMessage): void {
  const reject = (field: string, why: string): never => {
    throw config.error(config.positionOf(field), `${field}: ${why}`);
  };
  if (config.has('sequence_batching')) {
    reject('sequence_batching', 'no state is kept between queries: pass the state as inputs and return it as outputs');
  }
  for (const field of ['batch_input', 'batch_output']) {
    if (config.has(field))
      reject(field, 'tensors are not computed from others: the client sends all inputs of the graph');
  }
  if (config.message('model_transaction_policy')?.flag('decoupled') === true) {
    reject('model_transaction_policy', 'a query has one answer: decoupled models are not served');
  }
}

type ReadTensor = ConfigTensor & { readonly remarks: readonly ConfigRemark[] };

function readTensor(tensor: ConfigMessage, role: 'input' | 'output'): ReadTensor {
  const name = tensor.text('name') ?? '';
  if (name === '') throw tensor.error(tensor.at, `this ${role} has no name`);
  const dims = tensor.has('dims') ? dimsOf(tensor, 'dims') : undefined;
  const reshape = tensor.message('reshape');
  const shape = reshape && dimsOf(reshape, 'shape');
  const datatype = datatypeOf(tensor);
  const labels = role === 'output' ? tensor.text('label_filename') : undefined;
  const text = `not applied: tensors have the graph's own shape, [${shape?.join() ?? ''}]`;
  const reshaped = shape === undefined ? [] : [{ field: `${role}.reshape`, text, ...tensor.positionOf('reshape') }];
  return {
    ...{ name, datatype, dims: shape ?? dims, labels: labels === '' ? undefined : labels, at: tensor.at },
    remarks: [...reshaped, ...tensorRemarksOf(tensor, role)],
  };
}

function dimsOf(message: ConfigMessage, field: string): readonly number[] {
  const dims = message.wholes(field, -1);
  if (!dims.includes(0)) return dims;
  throw message.error(
    message.positionOf(field),
    `${field} has a 0: expected sizes from 1, or -1 for dynamic dimensions`,
  );
}

const datatypes: Readonly<Record<string, DataType>> = {
  ...{ TYPE_BOOL: 'BOOL', TYPE_STRING: 'BYTES', TYPE_FP16: 'FP16', TYPE_FP32: 'FP32', TYPE_FP64: 'FP64' },
  ...{ TYPE_UINT8: 'UINT8', TYPE_UINT16: 'UINT16', TYPE_UINT32: 'UINT32', TYPE_UINT64: 'UINT64', TYPE_BF16: 'BF16' },
  ...{ TYPE_INT8: 'INT8', TYPE_INT16: 'INT16', TYPE_INT32: 'INT32', TYPE_INT64: 'INT64' },
};

function datatypeOf(tensor: ConfigMessage): DataType | undefined {
  const word = tensor.word('data_type');
  if (word === undefined) return undefined;
  const datatype = datatypes[word];
  if (datatype !== undefined) return datatype;
  const expected = Object.keys(datatypes).join(', ');
  throw tensor.error(tensor.positionOf('data_type'), `data_type is ${word}: expected one of ${expected}`);
}

function checkUnique(tensors: readonly ConfigTensor[], config: ConfigMessage): void {
  const names = new Set<string>();
  for (const { name, at } of tensors) {
    if (names.has(name)) throw config.error(at, `${JSON.stringify(name)} is repeated`);
    names.add(name);
  }
}
