// The messages of ModelStreamInfer: an answer is put into one as it came.

import protobuf from 'protobufjs/minimal.js';
import { writeParameters } from './parameters.js';

/** One more entry of the answer's parameters: fields of a message may stand in any order. */
const finalResponse = protobuf.Writer.create();
writeParameters(finalResponse, 4, [['triton_final_response', true]]);
const isFinal = finalResponse.finish() as Buffer;

/** An encoded ModelStreamInferResponse with an encoded ModelInferResponse, the last to its request. */
export function encodeStreamAnswer(response: Buffer): Buffer {
  const head = protobuf.Writer.create()
    .uint32(18)
    .uint32(response.length + isFinal.length)
    .finish();
  return Buffer.concat([head, response, isFinal]);
}

/** An encoded ModelStreamInferResponse that says what was wrong with the request of that id. */
export function encodeStreamError(message: string, id: string): Buffer {
  const writer = protobuf.Writer.create().uint32(10).string(message);
  writer.uint32(18).fork();
  if (id !== '') writer.uint32(26).string(id);
  return writer.ldelim().finish() as Buffer;
}
