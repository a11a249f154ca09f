// Encodes the messages of ModelStreamInfer from encoded responses.

import protobuf from 'protobufjs/minimal.js';
import { cutDetails } from '../limits/status-details.js';
import { writeParameters } from './parameters.js';
import type { Payload } from '../payload.js';

/** Encoded parameter to append to a response. The fields of a message may be in any order. */
const finalResponse = protobuf.Writer.create();
writeParameters(finalResponse, 4, [['triton_final_response', true]]);
const isFinal = finalResponse.finish() as Buffer;

/**
 * Encodes a ModelStreamInferResponse with an encoded ModelInferResponse, marked as the final response to its request.
 */
export function encodeStreamAnswer(response: Payload): Buffer {
  const head = protobuf.Writer.create()
    .uint32(18)
    .uint32(response.length + isFinal.length)
    .finish();
  return Buffer.concat([head, ...response.slices, isFinal]);
}

/** Encodes a ModelStreamInferResponse with the error of the request with the id. */
export function encodeStreamError(message: string, id: string): Buffer {
  const writer = protobuf.Writer.create().uint32(10).string(cutDetails(message));
  writer.uint32(18).fork();
  if (id !== '') writer.uint32(26).string(id);
  return writer.ldelim().finish() as Buffer;
}
