// A gRPC server in grpc-js alone, without decoding: it answers every ModelInfer with the same bytes, or with the answer of
// the server at --to, as a plain pass-through. Flags: --port, and --answer FILE or --to HOST:PORT.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Client, credentials, Server, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js';
import { methodPath } from './method-path.js';

const { values } = parseArgs({
  options: { port: { type: 'string' }, answer: { type: 'string', default: '' }, to: { type: 'string' } },
});

const identity = (message: Buffer): Buffer => message;

function answerWith(file: string): handleUnaryCall<Buffer, Buffer> {
  const answer = readFileSync(file);
  return (_call, reply) => reply(null, answer);
}

function passTo(address: string): handleUnaryCall<Buffer, Buffer> {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  return ({ request, metadata }, reply) =>
    void client.makeUnaryRequest(methodPath, identity, identity, request, metadata, (error, answer) =>
      reply(error, answer),
    );
}

const server = new Server();
const handler = values.to === undefined ? answerWith(values.answer) : passTo(values.to);
server.register(methodPath, handler, identity, identity, 'unary');
server.bindAsync(`127.0.0.1:${values.port}`, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
});
