// Bodies that are much larger once they are decoded: empty messages, entries and values.

import { gzipSync } from 'node:zlib';
import { defaultLimits } from '@pareto/protocol';
import { addressOf, fieldType, isRepeated, methods, type Method } from '../protos.js';
import { inferPath, modelInferPath, readStreamReply, streamInferPath } from '../transports.js';
import { grpcMessage, openGrpc } from '../wire/grpc-connection.js';
import { openHttp } from '../wire/http-connection.js';
import { type Reply } from '../wire/reply.js';
import { bytesField, tag, wireType } from '../wire/protobuf.js';
import { type Attack, type AttackContext, rejections } from './attack.js';

const mebibyte = 2 ** 20;
/** Limit of a message, with space for what surrounds the filling. */
const maxBytes = 64 * mebibyte - 1024;
/** More than the limit of a message without tensors. */
const shortBytes = defaultLimits.smallMessageBytes + 64 * 1024;
const sizeOf = ({ full }: AttackContext): number => (full ? maxBytes : shortBytes);
const unknownField = 3_000;

const fill = (piece: Buffer, size: number): Buffer => Buffer.alloc(size - (size % piece.length), piece);
const emptyField = (field: number): Buffer => Buffer.concat([tag(field, wireType.bytes), Buffer.from([0])]);

/** Returns the fields to fill a request with: its repeated messages, those of its messages, and one that is unknown. */
function fillings({ request }: Method, size: number): readonly Buffer[] {
  const direct = request.field.filter(isRepeated).map(({ number }) => fill(emptyField(number), size));
  const nested = request.field.flatMap((field) => {
    const type = fieldType([request], field);
    const inner = type?.field.find(isRepeated);
    return inner === undefined ? [] : [bytesField(field.number, fill(emptyField(inner.number), size))];
  });
  return [...direct, ...nested, fill(emptyField(unknownField), size)];
}

const readReply = (path: string, reply: Reply): Reply => (path === streamInferPath ? readStreamReply(reply) : reply);

async function bomb(method: Method, context: AttackContext): Promise<void> {
  const { path } = method;
  using connection = openGrpc(addressOf(method, context.target));
  for (const body of fillings(method, sizeOf(context)))
    context.tally.add(readReply(path, await connection.call({ path, body: grpcMessage(body) })), path);
}

/** Sends a message that is small only while it is compressed. */
async function compressedBomb(path: string, context: AttackContext): Promise<void> {
  using connection = openGrpc(context.target.router);
  for (const size of [sizeOf(context), maxBytes + mebibyte]) {
    const body = grpcMessage(gzipSync(fill(emptyField(5), size), { level: 1 }), { compressed: true });
    const reply = await connection.call({ path, metadata: { 'grpc-encoding': 'gzip' }, body });
    context.tally.add(readReply(path, reply), `${size} bytes`);
  }
}

const httpPaths = [
  ...['/v2/models/hostile-small/infer', '/v2/trace/setting', '/v2/models/hostile-small/trace/setting', '/v2/logging'],
  ...['/v2/repository/index', '/v2/repository/models/unknown/load', '/v2/repository/models/unknown/unload'],
  '/v2/systemsharedmemory/region/unknown/register',
];

const jsonFillings: Readonly<Record<string, readonly [before: string, piece: string]>> = {
  'empty objects': ['{"inputs":[', '{},'],
  'empty objects in parameters': ['{"parameters":{"a":[', '{},'],
  'escaped quotes': ['{"id":"', '\\"'],
  'nested arrays': ['', '['],
  'nested objects': ['', '{"a":'],
  digits: ['{"inputs":[', '1'],
  numbers: ['{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[', '1,'],
  spaces: ['', ' '],
};

async function httpBomb(path: string, encoding: string, context: AttackContext): Promise<void> {
  using connection = openHttp(context.target.http);
  for (const [name, [before, piece]] of Object.entries(jsonFillings)) {
    const body = Buffer.concat([Buffer.from(before), fill(Buffer.from(piece), sizeOf(context))]);
    const headers = {
      'content-type': 'application/json',
      ...(encoding === '' ? {} : { 'content-encoding': encoding }),
    };
    const sent = encoding === '' ? body : gzipSync(body, { level: 1 });
    context.tally.add(await connection.request({ method: 'POST', path, headers, body: sent }), name);
  }
}

/** Calls without a body, which a service that checks the caller first rejects all the same. */
async function withoutPermission(method: Method, { target, tally }: AttackContext): Promise<void> {
  using connection = openGrpc(addressOf(method, target));
  tally.add(await connection.call({ path: method.path, unfinished: true, timeoutMs: 5_000 }), method.path);
}

const denied: readonly string[] = ['UNAUTHENTICATED', 'PERMISSION_DENIED', 'UNIMPLEMENTED'];
/** Methods for services only. Without certificates, every caller has an operator's permissions. */
const isForServices = ({ port, path }: Method): boolean =>
  port === 'worker' || path.startsWith('/pareto.v1.Routes/') || path === '/pareto.v1.Fleet/Join';
const forServices = methods.filter(isForServices);
const inferPaths = [modelInferPath, streamInferPath, inferPath];

export const bombs: readonly Attack[] = [
  ...methods
    .filter((method) => !isForServices(method))
    .map((method) => ({
      group: `bombs at the ${method.port}`,
      name: `a bomb to ${method.path} of the ${method.port}`,
      // Fields that a message does not have are skipped.
      allowed: [...rejections, 'OK'],
      run: (context: AttackContext) => bomb(method, context),
    })),
  ...forServices.map((method) => ({
    group: 'bombs at the services without permission',
    name: `a bomb to ${method.path} of the ${method.port}`,
    allowed: denied,
    run: (context: AttackContext) => bomb(method, context),
  })),
  ...forServices.map((method) => ({
    group: 'calls without permission and without a body',
    name: `a call of ${method.path} of the ${method.port} without a body`,
    allowed: denied,
    run: (context: AttackContext) => withoutPermission(method, context),
  })),
  ...inferPaths.map((path) => ({
    group: 'compressed bombs',
    name: `a compressed bomb to ${path}`,
    allowed: rejections,
    run: (context: AttackContext) => compressedBomb(path, context),
  })),
  ...['', 'gzip'].flatMap((encoding) =>
    httpPaths.map((path) => ({
      group: 'bombs over HTTP',
      name: `a bomb to ${path}${encoding === '' ? '' : `, ${encoding}`}`,
      // Bodies are decompressed before their path matters.
      onlyFull: encoding !== '' && path !== httpPaths[0],
      allowed: rejections,
      run: (context: AttackContext) => httpBomb(path, encoding, context),
    })),
  ),
];
