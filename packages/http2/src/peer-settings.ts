// The settings that the peer has announced, and what they change on this side.

import type { FrameWriter } from './frame-writer.js';
import { frameFlags, frameTypes, maxWindowBytes } from './frames.js';
import type { HpackEncoder } from './hpack/encoder.js';
import { ConnectionError, errorCodes } from './http2-errors.js';
import { initialSettings, readSettings, type Settings } from './settings.js';
import type { StreamTable } from './stream-table.js';

/** Maximum size of a frame to a peer that accepts larger ones, which would delay other streams and fill the memory. */
const maxSentFrameBytes = 256 * 1024;

export class PeerSettings {
  readonly #writer: FrameWriter;
  readonly #encoder: HpackEncoder;
  readonly #streams: StreamTable;
  #settings: Settings = initialSettings;

  constructor(writer: FrameWriter, encoder: HpackEncoder, streams: StreamTable) {
    this.#writer = writer;
    this.#encoder = encoder;
    this.#streams = streams;
  }

  get isReceived(): boolean {
    return this.#settings !== initialSettings;
  }
  get maxConcurrentStreams(): number {
    return this.#settings.maxConcurrentStreams;
  }
  /** Send window of a new stream. */
  get initialWindowBytes(): number {
    return this.#settings.initialWindowBytes;
  }
  get sentFrameBytes(): number {
    return Math.min(this.#settings.maxFrameBytes, maxSentFrameBytes);
  }

  /** Applies and acknowledges a frame of settings. Throws a ConnectionError if a value is invalid. */
  receive(data: Buffer, from: number, to: number): void {
    const before = this.#settings.initialWindowBytes;
    this.#settings = readSettings(this.#settings, data, from, to);
    this.#encoder.setMaxTableBytes(this.#settings.headerTableBytes);
    this.#writer.head(0, frameTypes.settings, frameFlags.ack, 0);
    this.#changeWindows(this.#settings.initialWindowBytes - before);
  }

  #changeWindows(change: number): void {
    if (change === 0) return;
    // A stream may send then, and its handler may open another one, which has the new window.
    for (const stream of this.#streams.open.all()) {
      if (stream.sendWindow + change > maxWindowBytes)
        throw new ConnectionError(errorCodes.flowControlError, 'the settings make the window of a stream too large');
      stream.raiseSendWindow(change);
    }
  }
}
