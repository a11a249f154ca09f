// Serializes an inference response as JSON, followed by the outputs that are requested as binary data.

import type { DecodedInferResponse, RawTensor } from '@pareto/protocol';
import { writeData } from '../json/data-to-json.js';
import { createJsonWriter, type JsonWriter } from '../json/json-writer.js';
import { isBinary, type BinaryOptions } from './read-infer.js';
import type { Reply } from '../reply/reply.js';

export const headerLengthKey = 'inference-header-content-length';

/** Throws `invalid-argument` if an output cannot be represented in JSON. */
export function writeInfer(response: DecodedInferResponse, options: BinaryOptions): Reply {
  const { modelName, modelVersion, id, parameters, outputs } = response;
  const writer = createJsonWriter();
  writer.add(`{"model_name":${JSON.stringify(modelName)},"model_version":${JSON.stringify(modelVersion)}`);
  if (id !== '') writer.add(`,"id":${JSON.stringify(id)}`);
  if (parameters.size > 0) writer.add(`,"parameters":${JSON.stringify(Object.fromEntries(parameters))}`);
  writer.add(',"outputs":[');
  for (const [i, output] of outputs.entries()) {
    if (i > 0) writer.add(',');
    writeOutput(output, isBinary(options, output.name), writer);
  }
  writer.add(']}');
  const json = writer.end();
  const binary = outputs.filter(({ name }) => isBinary(options, name)).map(({ raw }) => raw);
  if (binary.length === 0) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: json, isTensors: true };
  }
  const jsonLength = json.reduce((sum, { length }) => sum + length, 0);
  const headers = { 'content-type': 'application/octet-stream', [headerLengthKey]: String(jsonLength) };
  return { status: 200, headers, body: [...json, ...binary], isTensors: true };
}

function writeOutput(output: RawTensor, asBinary: boolean, writer: JsonWriter): void {
  const { name, datatype, shape, raw } = output;
  writer.add(`{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape.join(',')}],`);
  if (asBinary) writer.add(`"parameters":{"binary_data_size":${raw.length}}`);
  else {
    writer.add('"data":');
    writeData(output, writer);
  }
  writer.add('}');
}
