// Decodes the ModelInferResponse of a worker, for the client library.

import { elementCount, errorText, isDataType, ParetoError } from '@pareto/core';
import { decodeTypedContents } from './contents.js';
import type { InferResponseMessage, RawTensor } from './encode-infer.js';
import { addParameter, noParameters, type ParameterValue } from './parameters.js';
import { createReader, readFields, readView } from './reader.js';
import { readTensor, type ScannedTensor } from './scan.js';

export interface DecodedInferResponse extends InferResponseMessage {
  readonly parameters: ReadonlyMap<string, ParameterValue>;
}

/** Throws `internal` if the bytes are not a ModelInferResponse. */
export function decodeInferResponse(body: Buffer): DecodedInferResponse {
  const reader = createReader(body, Infinity);
  const texts = { modelName: '', modelVersion: '', id: '' };
  let found = noParameters;
  const outputs: ScannedTensor[] = [];
  const raws: Buffer[] = [];
  try {
    readFields(reader, reader.len, (field) => {
      if (field === 1) texts.modelName = reader.string();
      else if (field === 2) texts.modelVersion = reader.string();
      else if (field === 3) texts.id = reader.string();
      else if (field === 4) found = addParameter(found, reader);
      else if (field === 5) outputs.push(readTensor(reader, () => reader.string()));
      else if (field === 6) raws.push(readView(reader));
      else return false;
      return true;
    });
    return {
      ...texts,
      parameters: found.parameters,
      outputs: outputs.map((output, i) => toRawTensor(output, raws[i])),
    };
  } catch (error) {
    throw new ParetoError('internal', `the reply is a malformed ModelInferResponse: ${errorText(error)}`, {
      cause: error,
    });
  }
}

function toRawTensor({ name, datatype, shape, contents }: ScannedTensor, raw: Buffer | undefined): RawTensor {
  if (!isDataType(datatype)) throw new RangeError(`output '${name}' has the unknown datatype ${datatype}`);
  if (raw !== undefined) return { name, datatype, shape, raw };
  if (contents === undefined) throw new RangeError(`output '${name}' has no contents`);
  return { name, datatype, shape, raw: decodeTypedContents(name, datatype, contents, elementCount(shape)) };
}
