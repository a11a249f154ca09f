// Decodes the messages of requests, which servers receive as bytes, within the limits.

import { errorText, ParetoError } from '@pareto/core';
import type { Limits } from '../limits/limits.js';
import { isInternal } from './method-limits.js';
import { shapeOfMessage, type MethodDefinition } from './protos.js';
import { checkFieldCount } from './request-fields.js';

/** Returns the function that decodes a message of a method. It throws `invalid-argument`. */
export function decoderOf(spec: MethodDefinition, { fields }: Limits): (message: Buffer) => unknown {
  const shape = isInternal(spec.path) ? undefined : shapeOfMessage(spec);
  return (message) => {
    try {
      if (shape !== undefined) checkFieldCount(message, shape, fields);
      return spec.requestDeserialize(message);
    } catch (error) {
      if (error instanceof ParetoError) throw error;
      throw new ParetoError(
        'invalid-argument',
        `the message is not a request of ${spec.path.slice(1)}: ${errorText(error)}`,
        {
          cause: error,
        },
      );
    }
  };
}
