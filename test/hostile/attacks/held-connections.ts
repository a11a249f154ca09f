// Connections, streams and bodies that are begun and never ended, and replies that are never read.

import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLimits } from '@pareto/protocol';
import { encodeModelInfer, modelInferPath, streamInferPath } from '../transports.js';
import { wideModel } from '../target.js';
import { encodeFrame, flag, frameType, openCall, preface, settingId, settings } from '../wire/http2-frames.js';
import { grpcMessage, openGrpc } from '../wire/grpc-connection.js';
import { openSocket, type RawSocket } from '../wire/socket.js';
import { tag, varint, wireType } from '../wire/protobuf.js';
import { type Attack, type AttackContext, rejections } from './attack.js';
import { grpcPorts, httpPorts } from './ports.js';

/** Time for which connections and streams are held, which other clients use to send queries. */
const holdMs = 500;
const mebibyte = 2 ** 20;

/** Opens many sockets, some at a time. */
async function openMany(address: string, count: number): Promise<readonly RawSocket[]> {
  const sockets: RawSocket[] = [];
  while (sockets.length < count)
    sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => openSocket(address)))));
  return sockets;
}

async function holding(held: readonly Disposable[], hold: () => Promise<unknown>): Promise<void> {
  try {
    await hold();
  } finally {
    for (const each of held) each[Symbol.dispose]();
  }
}

/** More connections than a process accepts over all its ports. */
const tooMany = defaultLimits.connections + 52;

/** Opens connections without a request. */
async function idle(address: string, { full, target }: AttackContext): Promise<void> {
  const few = address === target.router ? tooMany : 100;
  await holding(await openMany(address, full ? 10_000 : few), () => sleep(holdMs));
}

/** Sends a part of a request on many connections, and the rest a byte at a time, or never. */
async function begin(address: string, beginning: Buffer, rest: number | undefined, full: boolean): Promise<void> {
  const sockets = await openMany(address, full ? 2_000 : 100);
  await holding(sockets, async () => {
    await Promise.all(sockets.map((socket) => socket.send(beginning)));
    for (let elapsed = 0; elapsed < holdMs; elapsed += 100) {
      if (rest !== undefined) await Promise.all(sockets.map((socket) => socket.send(Buffer.from([rest]))));
      await sleep(100);
    }
  });
}

/** Opens streams whose messages, with one tensor of 60 MiB, do not end. */
async function unfinished(
  address: string,
  path: string,
  count: number,
  sent: number,
  context: AttackContext,
): Promise<void> {
  using connection = openGrpc(address);
  const tensor = Buffer.concat([tag(7, wireType.bytes), varint(60 * mebibyte), Buffer.alloc(sent)]);
  const body = grpcMessage(tensor, { length: tensor.length - sent + 60 * mebibyte });
  const calls = Array.from({ length: count }, () =>
    connection.call({ path, body, unfinished: true, timeoutMs: context.full ? 40_000 : 2 * holdMs }),
  );
  for (const reply of await Promise.all(calls)) context.tally.add(reply);
}

/** Queries with replies of 1 MiB, which together exceed the budget. In long runs, they alone do not load the cluster. */
const unread = ({ full }: AttackContext): { readonly count: number; readonly everyMs: number } =>
  full ? { count: 250, everyMs: 100 } : { count: 200, everyMs: 0 };

/** Sends queries with large replies, and reads none of them. */
async function neverRead(context: AttackContext): Promise<void> {
  const { count, everyMs } = unread(context);
  const query = encodeModelInfer({
    model: wideModel,
    input: { name: 'x', datatype: 'FP32', shape: [1, 1], values: [1] },
  });
  using socket = await openSocket(context.target.router);
  const noWindow = encodeFrame({ type: frameType.settings, payload: settings([settingId.initialWindowSize, 0]) });
  await socket.send(Buffer.concat([preface, noWindow]));
  for (let index = 0; index < count; index++) {
    const id = 2 * index + 1;
    const body = encodeFrame({ type: frameType.data, flags: flag.endStream, stream: id, payload: grpcMessage(query) });
    await socket.send(Buffer.concat([openCall(id, modelInferPath), body]));
    await sleep(everyMs);
  }
  await sleep(context.full ? 10 * holdMs : holdMs);
}

async function neverReadHttp(context: AttackContext): Promise<void> {
  const { count, everyMs } = unread(context);
  const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }] });
  const head = `POST /v2/models/${wideModel}/infer HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n`;
  const sockets = await openMany(context.target.http, count);
  await holding(sockets, async () => {
    for (const socket of sockets) {
      socket.pause();
      await socket.send(Buffer.from(head + body));
      await sleep(everyMs);
    }
    await sleep(context.full ? 10 * holdMs : holdMs);
  });
}

const held: readonly string[] = [...rejections, 'TIMEOUT', 'CLOSED', 'UNAUTHENTICATED', 'PERMISSION_DENIED'];
const infer = 'POST /v2/models/hostile-small/infer HTTP/1.1\r\nhost: localhost\r\n';

export const heldConnections: readonly Attack[] = [
  ...[...grpcPorts, ...httpPorts].map(({ name, address }) => ({
    group: 'idle connections',
    name: `idle connections to ${name}`,
    allowed: [],
    run: (context: AttackContext) => idle(address(context.target), context),
  })),
  ...httpPorts.flatMap(({ name, address, isSimilar }) =>
    (
      [
        ['stalled bodies at', `${infer}content-length: 1000000\r\n\r\n{"inputs":[`, undefined],
        ['trickled bodies at', `${infer}content-length: 1000000\r\n\r\n`, 0x20],
        ['stalled headers at', 'GET /v2 HTT', undefined],
        ['trickled headers at', 'GET /v2 HTTP/1.1\r\nx: ', 0x61],
      ] as const
    ).map(([what, beginning, rest]) => ({
      group: 'stalled and trickled requests',
      name: `${what} ${name}`,
      onlyFull: isSimilar,
      allowed: [],
      run: ({ target, full }: AttackContext) => begin(address(target), Buffer.from(beginning), rest, full),
    })),
  ),
  ...grpcPorts.flatMap(({ name, address }) => [
    {
      group: 'stalled and trickled requests',
      name: `stalled messages at ${name}`,
      allowed: [],
      run: ({ target, full }: AttackContext) => {
        const part = encodeFrame({
          type: frameType.data,
          stream: 1,
          payload: grpcMessage(Buffer.alloc(10), { length: 100 }),
        });
        const beginning = Buffer.concat([
          preface,
          encodeFrame({ type: frameType.settings }),
          openCall(1, modelInferPath),
          part,
        ]);
        return begin(address(target), beginning, undefined, full);
      },
    },
    {
      group: 'unfinished streams',
      name: `1,000 unfinished streams at ${name}`,
      allowed: held,
      run: (context: AttackContext) => unfinished(address(context.target), modelInferPath, 1_000, 1_000, context),
    },
    {
      group: 'unfinished streams',
      name: `ten streams of an unfinished 60 MiB at ${name}`,
      allowed: held,
      run: (context: AttackContext) =>
        unfinished(address(context.target), streamInferPath, 10, 60 * mebibyte - 1, context),
    },
  ]),
  {
    group: 'replies that are never read',
    name: 'replies over gRPC that are never read',
    allowed: [],
    run: neverRead,
  },
  {
    group: 'replies that are never read',
    name: 'replies over HTTP that are never read',
    allowed: [],
    run: neverReadHttp,
  },
];
