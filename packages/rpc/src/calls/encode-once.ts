// Encodes a message once that is sent on several streams.

type Serialize<T> = (message: T) => Buffer;

/** Encoding by message. Undefined until the message is first sent. */
const encodings = new WeakMap<object, Buffer | undefined>();

/** Marks a message, so that it is encoded only once for all streams of one method. It must not change from now on. */
export function encodedOnce<T extends object>(message: T): T {
  encodings.set(message, undefined);
  return message;
}

/** Wraps a serializer, so that it reuses the encoding of messages marked by `encodedOnce`. */
export const serializeOnce =
  <T extends object>(serialize: Serialize<T>): Serialize<T> =>
  (message) => {
    if (!encodings.has(message)) return serialize(message);
    const encoding = encodings.get(message) ?? serialize(message);
    encodings.set(message, encoding);
    return encoding;
  };
