// The ways to send a query. An attack on queries is written once, and runs on each of them.

import { grpcMessage, openGrpc } from './wire/grpc-connection.js';
import { openHttp } from './wire/http-connection.js';
import { bytesField, varints } from './wire/protobuf.js';
import { type Reply } from './wire/reply.js';
import { type Target } from './target.js';

export interface Query {
  readonly model: string;
  readonly version?: string;
  readonly id?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly input: {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly number[];
    readonly values: readonly number[];
    readonly parameters?: Readonly<Record<string, string>>;
  };
  readonly output?: { readonly name: string; readonly parameters?: Readonly<Record<string, string>> };
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Connection extends Disposable {
  infer(query: Query, timeoutMs?: number): Promise<Reply>;
}

/** A part of a query that not every transport has. */
export type Part = 'version' | 'parameters' | 'path';

export interface Transport {
  readonly name: string;
  readonly has: readonly Part[];
  open(target: Target): Connection;
}

type Parameters = Readonly<Record<string, string>> | undefined;

const floats = (values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
const packed = (field: number, values: readonly number[]): Buffer => bytesField(field, varints(values));

/** Encodes a map of names to InferParameter. */
const mapField = (field: number, parameters: Parameters = {}): readonly Buffer[] =>
  Object.entries(parameters).map(([name, value]) =>
    bytesField(field, Buffer.concat([bytesField(1, name), bytesField(2, bytesField(3, value))])),
  );

/** Encodes a query as inference.ModelInferRequest. */
export function encodeModelInfer({ model, version = '', id = '', parameters, input, output }: Query): Buffer {
  const tensor = [
    ...[bytesField(1, input.name), bytesField(2, input.datatype), packed(3, input.shape)],
    ...mapField(4, input.parameters),
  ];
  return Buffer.concat([
    ...[bytesField(1, model), bytesField(2, version), bytesField(3, id)],
    ...[...mapField(4, parameters), bytesField(5, Buffer.concat(tensor))],
    ...(output === undefined
      ? []
      : [bytesField(6, Buffer.concat([bytesField(1, output.name), ...mapField(2, output.parameters)]))]),
    bytesField(7, floats(input.values)),
  ]);
}

/** Encodes a query as pareto.v1.InferRequest. */
function encodeInfer({ model, id = '', input, output }: Query): Buffer {
  const tensor = [bytesField(1, input.name), bytesField(2, input.datatype), packed(3, input.shape)];
  return Buffer.concat([
    ...[bytesField(1, model), bytesField(3, Buffer.concat([...tensor, bytesField(4, floats(input.values))]))],
    ...[...(output === undefined ? [] : [bytesField(4, output.name)]), bytesField(5, id)],
  ]);
}

export const modelInferPath = '/inference.GRPCInferenceService/ModelInfer';
export const streamInferPath = '/inference.GRPCInferenceService/ModelStreamInfer';
export const inferPath = '/pareto.v1.Inference/Infer';

function grpcTransport(
  { name, has, path }: Omit<Transport, 'open'> & { readonly path: string },
  encode: (query: Query) => Buffer,
  read: (reply: Reply) => Reply = (reply) => reply,
): Transport {
  return {
    ...{ name, has },
    open({ router }) {
      const connection = openGrpc(router);
      return {
        async infer(query, timeoutMs = 20_000) {
          const body = grpcMessage(encode(query));
          return read(await connection.call({ path, body, metadata: query.headers ?? {}, timeoutMs }));
        },
        [Symbol.dispose]: () => connection[Symbol.dispose](),
      };
    },
  };
}

/** Converts the reply of a stream, in which an error is a message of the stream: field 1 of its only message. */
export function readStreamReply(reply: Reply): Reply {
  if (reply.status !== 'OK' || reply.body[5] !== 10) return reply;
  let [length, shift, at] = [0, 0, 6];
  for (let more = true; more; at++, shift += 7) {
    const byte = reply.body[at] ?? 0;
    length += (byte & 0x7f) * 2 ** shift;
    more = byte >= 0x80;
  }
  const message = reply.body.subarray(at, at + length);
  return { ...reply, status: 'message of the stream', message: message.toString(), messageBytes: length };
}

/** Converts a query to the JSON of the protocol over HTTP. */
function toJson({ id, parameters = {}, input, output }: Query): string {
  const { name, datatype, shape, values, parameters: given = {} } = input;
  return JSON.stringify({
    ...{ id, parameters },
    inputs: [{ name, datatype, shape, parameters: given, data: values }],
    ...(output === undefined ? {} : { outputs: [output] }),
  });
}

const http: Transport = {
  name: 'HTTP',
  has: ['version', 'parameters', 'path'],
  open({ http: address }) {
    const connection = openHttp(address);
    return {
      infer(query, timeoutMs = 20_000) {
        const version = query.version === undefined ? '' : `/versions/${encodeURIComponent(query.version)}`;
        const path = `/v2/models/${encodeURIComponent(query.model)}${version}/infer`;
        const headers = { 'content-type': 'application/json', ...query.headers };
        return connection.request({ method: 'POST', path, headers, body: Buffer.from(toJson(query)), timeoutMs });
      },
      [Symbol.dispose]: () => connection[Symbol.dispose](),
    };
  },
};

export const transports: readonly Transport[] = [
  grpcTransport({ name: 'gRPC', has: ['version', 'parameters'], path: modelInferPath }, encodeModelInfer),
  grpcTransport(
    { name: 'a gRPC stream', has: ['version', 'parameters'], path: streamInferPath },
    encodeModelInfer,
    readStreamReply,
  ),
  grpcTransport({ name: 'pareto.v1', has: [], path: inferPath }, encodeInfer),
  http,
];
