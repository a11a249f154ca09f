// A wait that can be ended.

/** Resolves with `waited`. Rejects with the error of `createError` if one of `ends` aborts before. */
export function abortable(
  waited: Promise<void>,
  ends: readonly AbortSignal[],
  createError: () => Error,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = (): void => ends.forEach((end) => end.removeEventListener('abort', stop));
    const stop = (): void => {
      forget();
      reject(createError());
    };
    if (ends.some((end) => end.aborted)) return stop();
    for (const end of ends) end.addEventListener('abort', stop);
    void waited.then(() => {
      forget();
      resolve();
    });
  });
}
