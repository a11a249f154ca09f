// Serializes an inference response as JSON, followed by the outputs that are requested as binary data.

import type { DecodedInferResponse, RawTensor } from '@pareto/rpc';
import { dataToJson } from '../json/data-to-json.js';
import { isBinary, type BinaryOptions } from './read-infer.js';
import type { Reply } from '../reply/reply.js';

export const headerLengthKey = 'inference-header-content-length';

/** Throws `invalid-argument` if an output cannot be represented in JSON. */
export function writeInfer(response: DecodedInferResponse, options: BinaryOptions): Reply {
  const { modelName, modelVersion, id, parameters, outputs } = response;
  const fields = [
    `"model_name":${JSON.stringify(modelName)}`,
    `"model_version":${JSON.stringify(modelVersion)}`,
    ...(id === '' ? [] : [`"id":${JSON.stringify(id)}`]),
    ...(parameters.size === 0 ? [] : [`"parameters":${JSON.stringify(Object.fromEntries(parameters))}`]),
    `"outputs":[${outputs.map((output) => outputText(output, isBinary(options, output.name))).join(',')}]`,
  ];
  const json = Buffer.from(`{${fields.join(',')}}`);
  const binary = outputs.filter(({ name }) => isBinary(options, name)).map(({ raw }) => raw);
  if (binary.length === 0) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: [json], isTensors: true };
  }
  const headers = { 'content-type': 'application/octet-stream', [headerLengthKey]: String(json.length) };
  return { status: 200, headers, body: [json, ...binary], isTensors: true };
}

function outputText(output: RawTensor, asBinary: boolean): string {
  const { name, datatype, shape, raw } = output;
  const head = `"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape.join(',')}]`;
  const data = asBinary ? `"parameters":{"binary_data_size":${raw.length}}` : `"data":${dataToJson(output)}`;
  return `{${head},${data}}`;
}
