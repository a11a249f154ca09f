// SETTINGS frames (RFC 9113, Section 6.5).

import type { ConnectionOptions } from './connection-options.js';
import type { FrameWriter } from './frame-writer.js';
import {
  clientPreface,
  frameTypes,
  initialWindowBytes,
  maxMaxFrameBytes,
  maxWindowBytes,
  minMaxFrameBytes,
  readUint32,
  settingIds,
} from './frames.js';
import { defaultTableBytes } from './hpack/decoder.js';
import { ConnectionError, errorCodes } from './http2-errors.js';

/** Limits of what a peer accepts. */
export interface Settings {
  readonly headerTableBytes: number;
  readonly maxConcurrentStreams: number;
  readonly initialWindowBytes: number;
  readonly maxFrameBytes: number;
}

/** Number of streams that a client opens before it knows the limit of the server. */
const assumedStreams = 100;

/** Values that apply until a peer announces others. */
export const initialSettings: Settings = {
  headerTableBytes: defaultTableBytes,
  maxConcurrentStreams: assumedStreams,
  initialWindowBytes,
  maxFrameBytes: minMaxFrameBytes,
};

const settingsError = (code: number, name: string, value: number): ConnectionError =>
  new ConnectionError(code, `the setting ${name} has the value ${value}`);

/** Returns the settings after a frame. Throws a ConnectionError if a value is invalid. */
export function readSettings(current: Settings, data: Buffer, from: number, to: number): Settings {
  // The limit is infinite unless the first frame announces one.
  const settings = { ...current, ...(current === initialSettings && { maxConcurrentStreams: Infinity }) };
  for (let at = from; at < to; at += 6) {
    const value = readUint32(data, at + 2);
    switch (((data[at] ?? 0) << 8) | (data[at + 1] ?? 0)) {
      case settingIds.headerTableBytes:
        settings.headerTableBytes = value;
        break;
      case settingIds.enablePush:
        if (value > 1) throw settingsError(errorCodes.protocolError, 'ENABLE_PUSH', value);
        break;
      case settingIds.maxConcurrentStreams:
        settings.maxConcurrentStreams = value;
        break;
      case settingIds.initialWindowBytes:
        if (value > maxWindowBytes) throw settingsError(errorCodes.flowControlError, 'INITIAL_WINDOW_SIZE', value);
        settings.initialWindowBytes = value;
        break;
      case settingIds.maxFrameBytes:
        if (value < minMaxFrameBytes || value > maxMaxFrameBytes)
          throw settingsError(errorCodes.protocolError, 'MAX_FRAME_SIZE', value);
        settings.maxFrameBytes = value;
        break;
      default:
      // The header list limit of a peer is advice, and unknown settings have no effect.
    }
  }
  return settings;
}

/** Writes the first bytes of a connection (RFC 9113, Section 3.4): the settings of this side, and its window. */
export function writePreface(writer: FrameWriter, options: ConnectionOptions): void {
  const { role, connectionWindowBytes, maxFrameBytes, maxHeaderListBytes, maxStreams, windowBytes } = options;
  const isServer = role === 'server';
  const preface = Buffer.from(clientPreface);
  if (!isServer) writer.copy(preface, 0, preface.length);
  const settings = [
    isServer ? [settingIds.maxConcurrentStreams, maxStreams] : [settingIds.enablePush, 0],
    [settingIds.initialWindowBytes, windowBytes],
    [settingIds.maxFrameBytes, maxFrameBytes],
    [settingIds.maxHeaderListBytes, maxHeaderListBytes],
  ] as const;
  writer.head(settings.length * 6, frameTypes.settings, 0, 0);
  for (const [id, value] of settings) {
    writer.uint16(id);
    writer.uint32(value);
  }
  const increment = connectionWindowBytes - initialWindowBytes;
  if (increment > 0) writer.windowUpdate(0, increment);
}
