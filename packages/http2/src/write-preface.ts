// The first bytes of a connection (RFC 9113, Section 3.4).

import type { ConnectionOptions } from './connection-options.js';
import type { FrameWriter } from './frame-writer.js';
import { clientPreface, initialWindowBytes, settingIds } from './frames.js';
import { writeSettings } from './settings.js';

/** Writes the settings of this side, and the window of the connection. */
export function writePreface(writer: FrameWriter, options: ConnectionOptions): void {
  const { role, connectionWindowBytes, maxFrameBytes, maxHeaderListBytes, maxStreams, windowBytes } = options;
  const isServer = role === 'server';
  const preface = Buffer.from(clientPreface);
  if (!isServer) writer.copy(preface, 0, preface.length);
  writeSettings(writer, [
    isServer ? [settingIds.maxConcurrentStreams, maxStreams] : [settingIds.enablePush, 0],
    [settingIds.initialWindowBytes, windowBytes],
    [settingIds.maxFrameBytes, maxFrameBytes],
    [settingIds.maxHeaderListBytes, maxHeaderListBytes],
  ]);
  const increment = connectionWindowBytes - initialWindowBytes;
  if (increment > 0) writer.windowUpdate(0, increment);
}
