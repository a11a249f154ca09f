// Encodes a message once that is sent on several streams, and parts that several messages have in common.

type Serialize<T> = (message: T) => Buffer;

interface Encoding {
  /** Messages whose encodings make up that of the message. Undefined if it is encoded as a whole. */
  readonly parts: readonly object[] | undefined;
  /** The encoded message. Undefined until it is first sent. */
  bytes: Buffer | undefined;
}

const encodings = new WeakMap<object, Encoding>();

/**
 * Marks a message, so that it is encoded only once for all streams of one method. It must not change from now on.
 * `parts` have its fields: each field in one of them, or the items of a repeated field in several. Parts that are marked
 * themselves are encoded once for all messages that contain them.
 */
export function encodedOnce<T extends object>(message: T, parts?: readonly T[]): T {
  encodings.set(message, { parts, bytes: undefined });
  return message;
}

/** Wraps a serializer, so that it reuses the encoding of messages marked by `encodedOnce`. */
export function serializeOnce<T extends object>(serialize: Serialize<T>): Serialize<T> {
  const once: Serialize<T> = (message) => {
    const encoding = encodings.get(message);
    if (encoding === undefined) return serialize(message);
    const parts = encoding.parts as readonly T[] | undefined;
    return (encoding.bytes ??= parts === undefined ? serialize(message) : Buffer.concat(parts.map(once)));
  };
  return once;
}
