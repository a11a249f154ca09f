// Follows the frames of gRPC messages in the data of a call: a flag, four bytes of length, then the message.

export interface MessageFrames {
  /** Set if the last byte so far ended a message, or if there was none yet. */
  readonly isBetween: boolean;
  /** Returns the largest length that a message announced in this data. -1 if none began. */
  follow(data: Uint8Array): number;
}

const headBytes = 5;

export function createMessageFrames(): MessageFrames {
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
          missing -= taken;
          at += taken;
          continue;
        }
        if (head > 0) length = length * 256 + (data[at] ?? 0);
        head += 1;
        at += 1;
        if (head < headBytes) continue;
        largest = Math.max(largest, length);
        missing = length;
        head = length = 0;
      }
      return largest;
    },
  };
}
