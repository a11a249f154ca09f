// A gRPC client of the protocol without Pareto's code. Requests and replies have protobuf's JSON form.

import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Json, JsonObject } from './compare.js';

interface GrpcReply {
  readonly status: string;
  readonly message?: string;
  readonly reply?: Json;
}

export interface GrpcClient extends Disposable {
  call(rpc: string, request: JsonObject, metadata?: Readonly<Record<string, string>>): Promise<GrpcReply>;
  /** Sends all requests on one stream and closes it. `reply` is the list of the answers. */
  stream(requests: readonly JsonObject[]): Promise<GrpcReply>;
}

const proto = fileURLToPath(new URL('../../protos/inference.proto', import.meta.url));
const service = 'inference.GRPCInferenceService';
const timeoutMs = 30_000;

export function createGrpcClient(address: string): GrpcClient {
  // Bytes are base64, 64-bit integers are strings, and NaN is "NaN".
  const loaded = loadSync(proto, { keepCase: true, longs: String, enums: String, bytes: String, json: true });
  const methods = loaded[service] as Readonly<Record<string, grpc.MethodDefinition<JsonObject, Json>>>;
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), {
    'grpc.max_receive_message_length': 2 ** 26,
    'grpc.max_send_message_length': 2 ** 26,
  });
  const methodOf = (rpc: string): grpc.MethodDefinition<JsonObject, Json> => {
    const method = methods[rpc];
    if (method === undefined) throw new Error(`the protocol has no ${rpc}`);
    return method;
  };
  const deadline = (): { deadline: number } => ({ deadline: Date.now() + timeoutMs });
  return {
    call: (rpc, request, metadata = {}) =>
      new Promise((resolve) => {
        const { path, requestSerialize, responseDeserialize } = methodOf(rpc);
        const headers = grpc.Metadata.fromHttp2Headers(metadata);
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          headers,
          deadline(),
          (error, reply) => resolve(error === null ? { status: 'OK', reply: reply ?? {} } : refused(error)),
        );
      }),
    stream: (requests) =>
      new Promise((resolve) => {
        const { path, requestSerialize, responseDeserialize } = methodOf('ModelStreamInfer');
        const replies: Json[] = [];
        const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, deadline());
        stream.on('data', (reply: Json) => replies.push(reply));
        stream.on('error', (error: grpc.ServiceError) => resolve({ ...refused(error), reply: replies }));
        stream.on('end', () => resolve({ status: 'OK', reply: replies }));
        for (const request of requests) stream.write(request);
        stream.end();
      }),
    [Symbol.dispose]: () => client.close(),
  };
}

const refused = ({ code, details }: grpc.ServiceError): GrpcReply => ({
  status: grpc.status[code],
  message: details,
});
