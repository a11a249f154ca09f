// Server reflection, as methods of a server.

import { malformedRequest } from '../calls/decode-request.js';
import type { StreamMethod } from '../calls/method.js';
import type { AnswerReflection } from './reflection-methods.js';

export const reflectionPaths: readonly string[] = ['v1', 'v1alpha'].map(
  (version) => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
);

/**
 * Returns the function that serves a path of reflection of these services. It loads its code and the proto files at the first
 * call, since that takes longer than the rest of a start.
 */
export function serveReflection(services: readonly string[]): (path: string) => StreamMethod['serve'] {
  let loading: Promise<ReadonlyMap<string, AnswerReflection>> | undefined;
  const load = async (): Promise<ReadonlyMap<string, AnswerReflection>> =>
    (await import('./reflection-methods.js')).reflectionMethods(services);
  return (path) => async (stream) => {
    const answer = (await (loading ??= load())).get(path);
    if (answer === undefined) throw new Error(`reflection has no method ${path}`);
    const replyTo = (request: Buffer): Buffer => {
      try {
        return answer(request);
      } catch (error) {
        throw malformedRequest(path, error);
      }
    };
    for await (const request of stream) {
      await stream.write(replyTo(request));
      stream.finished();
    }
  };
}
