// HTTP/1.1 that never ends, that two parsers could read differently, or that comes faster than it is answered.

import { parseReply } from '../wire/http-connection.js';
import { type Reply } from '../wire/reply.js';
import { openSocket } from '../wire/socket.js';
import { type Attack, type AttackContext } from './attack.js';
import { grpcPorts, httpPorts, type Port } from './ports.js';

interface HttpFlood {
  readonly name: string;
  readonly before: string;
  /** Sent again and again until the connection is closed, or enough was sent. Nothing if omitted. */
  readonly again?: string;
  readonly allowed: readonly string[];
}

const post = 'POST /v2/models/hostile-small/infer HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
const chunked = `${post}transfer-encoding: chunked\r\n\r\n`;
const get = 'GET /v2 HTTP/1.1\r\nhost: localhost\r\n\r\n';
/** Becomes a second request if the service reads the length of the first one differently. */
const smuggled = 'GET /v2/smuggled HTTP/1.1\r\nhost: localhost\r\n\r\n';

/** A probe port answers 404, and 405 to a POST, without reading a body. */
const refused = ['CLOSED', '400', '404', '405', '408', '411', '413', '417', '431', '501', '505'];

const floods: readonly HttpFlood[] = [
  { name: 'headers', before: 'GET /v2 HTTP/1.1\r\n', again: `x: ${'a'.repeat(1_000)}\r\n`, allowed: refused },
  { name: 'empty headers', before: 'GET /v2 HTTP/1.1\r\n', again: 'a:\r\n', allowed: refused },
  { name: 'a header', before: 'GET /v2 HTTP/1.1\r\nx: ', again: 'a'.repeat(1_000), allowed: refused },
  { name: 'a path', before: 'GET /v2/', again: 'a'.repeat(1_000), allowed: refused },
  { name: 'empty lines', before: '', again: '\r\n'.repeat(500), allowed: refused },
  { name: 'chunk extensions', before: `${chunked}1;a=`, again: 'b'.repeat(1_000), allowed: refused },
  { name: 'chunk sizes', before: chunked, again: '0'.repeat(1_000), allowed: refused },
  { name: 'chunks of one byte', before: chunked, again: '1\r\n \r\n'.repeat(200), allowed: refused },
  { name: 'trailers', before: `${chunked}0\r\n`, again: 'a: b\r\n'.repeat(200), allowed: refused },
  { name: 'pipelined requests', before: '', again: get.repeat(50), allowed: [...refused, '200'] },
];

const ambiguous: readonly HttpFlood[] = [
  ['both lengths', `${post}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['two lengths', `${post}content-length: 0\r\ncontent-length: ${smuggled.length}\r\n\r\n${smuggled}`],
  ['a length with a sign', `${post}content-length: +0\r\n\r\n${smuggled}`],
  ['a hidden encoding', `${post}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['two encodings', `${post}transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`],
  ['a space before the colon', `${post}transfer-encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['a folded header', `${post}x: a\r\n transfer-encoding: chunked\r\n\r\n${smuggled}`],
  ['bare line feeds', `${post.replaceAll('\r\n', '\n')}content-length: 0\n\n${smuggled}`],
  ['a chunk size that overflows', `${chunked}10000000000000000\r\n${smuggled}`],
  ['no version', 'GET /v2\r\n\r\n'],
  ['a NUL in a header', 'GET /v2 HTTP/1.1\r\nhost: localhost\r\nx: a\0b\r\n\r\n'],
  ['two hosts', 'GET /v2 HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n'],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
].map(([name = '', before = '']) => ({ name: `a request with ${name}`, before, allowed: [...refused, '200'] }));

const maxBytes = 64 * 2 ** 20;
const shortBytes = 2 ** 19;
const waitMs = 200;
const stallMs = 1_000;

async function send({ before, again }: HttpFlood, address: string, context: AttackContext): Promise<void> {
  using socket = await openSocket(address);
  let open = await socket.send(Buffer.from(before, 'latin1'));
  const piece = Buffer.from((again ?? '').repeat(50), 'latin1');
  for (let sent = 0; again !== undefined && open && sent < (context.full ? maxBytes : shortBytes); sent += piece.length)
    open = await socket.send(piece, stallMs);
  await socket.until((received) => parseReply(received) !== undefined, waitMs);
  const replies = readReplies(socket.received);
  for (const [index, reply] of replies.entries()) {
    // A second reply to one ambiguous request answers what another parser takes for its body.
    const status = again === undefined && index > 0 ? 'answered twice' : reply.status;
    // The ports for probes reply to malformed requests with the status alone.
    const message = address === context.target.http ? reply.message : reply.status;
    context.tally.add({ ...reply, status, message });
  }
  if (replies.length > 0) return;
  const status = (await socket.untilClosed(waitMs)) ? 'CLOSED' : 'open';
  context.tally.add({ status, message: '', messageBytes: 0, body: socket.received });
}

function readReplies(received: Buffer): readonly Reply[] {
  const replies: Reply[] = [];
  for (let rest = received; ;) {
    const reply = parseReply(rest);
    if (reply === undefined) return replies;
    replies.push(reply);
    rest = rest.subarray(reply.length);
  }
}

const attack = (each: HttpFlood, { name, address }: Port, onlyFull: boolean): Attack => ({
  group: 'floods of requests',
  name: `${each.again === undefined ? '' : 'endless '}${each.name} at ${name}`,
  onlyFull,
  allowed: [...each.allowed, 'open'],
  run: (context) => send(each, address(context.target), context),
});

export const httpFloods: readonly Attack[] = [
  ...httpPorts.flatMap((port) => [...floods, ...ambiguous].map((each) => attack(each, port, port.isSimilar))),
  ...grpcPorts.flatMap((port) =>
    [...floods.slice(0, 1), ...ambiguous.slice(-1)].map((each) => attack(each, port, false)),
  ),
];
