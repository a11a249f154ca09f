// Adds server reflection to a server.

import { Metadata, type Server, type ServerDuplexStream } from '@grpc/grpc-js';
import { malformedRequest } from '../calls/decode-request.js';
import { toStatus } from '../transport/status.js';
import { readMessages, writeMessage } from '../transport/streams.js';
import type { AnswerReflection } from './reflection-methods.js';

const methodName = 'ServerReflectionInfo';
export const reflectionPaths: readonly string[] = ['v1', 'v1alpha'].map(
  (version) => `/grpc.reflection.${version}.ServerReflection/${methodName}`,
);

type Call = ServerDuplexStream<Buffer, Buffer>;
type Methods = ReadonlyMap<string, AnswerReflection>;

const identity = (message: Buffer): Buffer => message;

/**
 * Adds reflection of these services. Loads its code and the proto files at the first call, since that takes longer than
 * the rest of a start.
 */
export function addReflection(server: Pick<Server, 'addService'>, services: readonly string[]): void {
  let loading: Promise<Methods> | undefined;
  const load = async (): Promise<Methods> => (await import('./reflection-methods.js')).reflectionMethods(services);
  const serve = async (call: Call, path: string): Promise<void> => {
    const answer = (await (loading ??= load())).get(path);
    if (answer === undefined) throw new Error(`reflection has no method ${path}`);
    const replyTo = (request: Buffer): Buffer => {
      try {
        return answer(request);
      } catch (error) {
        throw malformedRequest(path, error);
      }
    };
    for await (const request of readMessages<Buffer>(call)) await writeMessage(call, replyTo(request));
    call.end();
  };
  for (const path of reflectionPaths) {
    const definition = {
      ...{ path, requestStream: true, responseStream: true },
      ...{ requestSerialize: identity, requestDeserialize: identity },
      ...{ responseSerialize: identity, responseDeserialize: identity },
    };
    const handler = (call: Call): void => {
      serve(call, path).catch((error: unknown) => call.emit('error', toStatus(error, new Metadata())));
    };
    server.addService({ [methodName]: definition }, { [methodName]: handler });
  }
}
