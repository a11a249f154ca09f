// Messages that go to many, encoded once for all of them.

type Serialize<T> = (message: T) => Buffer;

/** Undefined: not encoded yet. */
const encodings = new WeakMap<object, Buffer | undefined>();

/** The message, which must not change any more: on however many streams of one method it is sent, it is encoded once. */
export function encodedOnce<T extends object>(message: T): T {
  encodings.set(message, undefined);
  return message;
}

export const serializeOnce =
  <T extends object>(serialize: Serialize<T>): Serialize<T> =>
  (message) => {
    if (!encodings.has(message)) return serialize(message);
    const encoding = encodings.get(message) ?? serialize(message);
    encodings.set(message, encoding);
    return encoding;
  };
