// Copies a few bytes.

/** Size up to which a loop is faster than a view of the source. */
const maxLoopBytes = 256;

/** Copies the bytes of `source` from `from` to before `to`, to `target` from `at`. */
export function copyBytes(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): void {
  if (to - from > maxLoopBytes) target.set(source.subarray(from, to), at);
  else for (let index = from; index < to; index++) target[at + index - from] = source[index] ?? 0;
}
