// Decodes the messages of requests, which servers receive as bytes, after their fields were counted. Has the errors about them.

import { errorText, ParetoError } from '@pareto/core';
import type { MethodDefinition } from '@pareto/protocol';

/** Returns the error of a message that cannot be read. */
export const malformedRequest = (path: string, error: unknown): ParetoError =>
  new ParetoError('invalid-argument', `the message is not a request of ${path.slice(1)}: ${errorText(error)}`, {
    cause: error,
  });

/** Returns the error of a request that has no message, or more than one, for a method of one message. */
export const notOneMessage = (which: 'no' | 'a second', method: string): ParetoError =>
  new ParetoError('unimplemented', `Received ${which} request message for ${method}`);

export const compressedMessage = (): ParetoError =>
  new ParetoError(
    'unimplemented',
    'Received a compressed message without the header grpc-encoding, which must be gzip or deflate',
  );

/** Returns the function that decodes a message of a method. It throws `invalid-argument`. */
export const decoderOf =
  ({ path, requestDeserialize }: MethodDefinition) =>
  (message: Buffer): unknown => {
    try {
      return requestDeserialize(message);
    } catch (error) {
      throw malformedRequest(path, error);
    }
  };
