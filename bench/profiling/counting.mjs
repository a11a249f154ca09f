// Counts what a process does: the promises, ticks and other asynchronous resources that it creates, and the bytes that
// its JavaScript allocates in Buffers and copies. Copies in native code and inside Node's own code are not visible.

import { createHook } from 'node:async_hooks';

/** Starts counting. Returns a function that stops it and returns the counts. */
export function startCounting() {
  const resources = {};
  const counts = { buffers: 0, bufferBytes: 0, copies: 0, copiedBytes: 0 };
  const hook = createHook({
    init(_id, type) {
      resources[type] = (resources[type] ?? 0) + 1;
    },
  });
  const restore = wrapAll(counts);
  hook.enable();
  return () => {
    hook.disable();
    restore();
    return { ...counts, resources };
  };
}

/** Wraps the functions that allocate or copy bytes, so that they count it. Returns a function that restores them. */
function wrapAll(counts) {
  const noteAllocation = (buffer) => {
    counts.buffers += 1;
    counts.bufferBytes += buffer.byteLength;
  };
  const noteCopy = (bytes) => {
    counts.copies += 1;
    counts.copiedBytes += bytes;
  };
  const noteBoth = (buffer) => {
    noteAllocation(buffer);
    noteCopy(buffer.byteLength);
  };
  const isMemory = (value) => value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
  const restore = [
    wrap(Buffer, 'alloc', noteAllocation),
    wrap(Buffer, 'allocUnsafe', noteAllocation),
    wrap(Buffer, 'allocUnsafeSlow', noteAllocation),
    wrap(Buffer, 'concat', noteBoth),
    // A Buffer of an ArrayBuffer is a view of it.
    wrap(Buffer, 'from', (buffer, source) => (isMemory(source) ? undefined : noteBoth(buffer))),
    wrap(Buffer.prototype, 'copy', noteCopy),
    wrap(typedArray, 'set', (_, source) => noteCopy(source.byteLength ?? source.length)),
    wrap(typedArray, 'slice', noteBoth),
  ];
  return () => restore.forEach((each) => each());
}

let isInside = false;

/**
 * Calls `note` with the result and the first argument of each call of a method, unless another wrapped method makes the
 * call. Returns a function that ends it.
 */
function wrap(owner, name, note) {
  const method = owner[name];
  owner[name] = function (...args) {
    if (isInside) return method.apply(this, args);
    isInside = true;
    try {
      const result = method.apply(this, args);
      note(result, args[0]);
      return result;
    } finally {
      isInside = false;
    }
  };
  return () => {
    owner[name] = method;
  };
}
