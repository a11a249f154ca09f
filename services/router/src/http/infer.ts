// POST …/infer: JSON or binary tensors to a ModelInferRequest, its answer back.

import { ParetoError } from '@pareto/core';
import { decodeInferResponse, encodePiecewiseRequest } from '@pareto/rpc';
import type { Endpoint, Exchange } from './exchange.js';
import { readRawInfer } from './raw-infer.js';
import { readInfer } from './read-infer.js';
import { HttpError } from './status.js';
import { headerLengthKey, writeInfer } from './write-infer.js';

export const infer: Endpoint = async (exchange) => {
  const { call, protocol, maxMessageBytes, model, version } = exchange;
  const body = await exchange.body();
  const headerLength = readHeaderLength(exchange, body.length);
  const asked = headerLength === 0 ? await readRawInfer(exchange, body) : readInfer(body, headerLength);
  const message = encodePiecewiseRequest({ ...asked.request, modelName: model, modelVersion: version });
  if (message.length > maxMessageBytes) {
    throw new HttpError(
      413,
      `the tensors take ${message.length} bytes, more than ${maxMessageBytes}; the limit is set by --max-message-bytes`,
    );
  }
  return writeInfer(decodeInferResponse(await protocol.infer(message, call)), asked.isBinary);
};

/** How much of the body is JSON; 0 says that it is one tensor and nothing else. */
function readHeaderLength({ headers }: Exchange, length: number): number {
  const text = headers[headerLengthKey];
  if (text === undefined) {
    if (length > 0) return length;
    throw new ParetoError('invalid-argument', 'the body is empty: expected JSON, e.g. {"inputs": […]}');
  }
  const value = Number(text);
  if (typeof text === 'string' && /^\d+$/.test(text) && value <= length) return value;
  throw new ParetoError(
    'invalid-argument',
    `Inference-Header-Content-Length is ${JSON.stringify(text)}: expected the length of the JSON at the front of the body, which has ${length} bytes`,
  );
}
