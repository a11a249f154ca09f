// Follows the frames of gRPC messages in the data of a call: a flag, four bytes of length, then the message.

import { headBytes } from '../transport/message-head.js';

/** Reads messages as their bytes arrive. Each function may throw the error that ends the call. */
export interface MessageReader {
  begin(): void;
  /** Reads the bytes of the current message from `from` to before `to`. */
  read(data: Uint8Array, from: number, to: number): void;
  end(): void;
}

export interface MessageFrames {
  /** Set if the last byte so far ended a message, or if there was none yet. */
  readonly isBetween: boolean;
  /** Returns the largest length that a message announced in this data. -1 if none began. */
  follow(data: Uint8Array): number;
}

/** Passes the messages to `reader`, except one whose length is over `maxBytes`. */
export function createMessageFrames(maxBytes: number, reader?: MessageReader): MessageFrames {
  /** Bytes so far of the head of the current message. */
  let head = 0;
  let length = 0;
  /** Bytes of the current message that are missing. */
  let missing = 0;
  return {
    get isBetween() {
      return head === 0 && missing === 0;
    },
    follow(data) {
      let largest = -1;
      for (let at = 0; at < data.length;) {
        if (missing > 0) {
          const taken = Math.min(missing, data.length - at);
          reader?.read(data, at, at + taken);
          missing -= taken;
          at += taken;
          if (missing === 0) reader?.end();
          continue;
        }
        if (head > 0) length = length * 256 + (data[at] ?? 0);
        head += 1;
        at += 1;
        if (head < headBytes) continue;
        largest = Math.max(largest, length);
        if (length > maxBytes) return largest;
        missing = length;
        head = length = 0;
        reader?.begin();
        if (missing === 0) reader?.end();
      }
      return largest;
    },
  };
}
