// Copies a few bytes.

/** Size up to which a loop is faster than `Buffer.copy`, which creates a view of the source. */
const maxLoopBytes = 256;

/** Copies the bytes of `source` from `from` to before `to`, to `target` from `at`. */
export function copyBytes(source: Buffer, from: number, to: number, target: Buffer, at: number): void {
  if (to - from > maxLoopBytes) source.copy(target, at, from, to);
  else for (let index = from; index < to; index++) target[at + index - from] = source[index] ?? 0;
}
