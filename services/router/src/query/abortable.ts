// A wait that can be ended.

/**
 * Resolves when `listen` calls its listener, which is removed at the end of the wait. Rejects with the error of `createError`
 * if one of `ends` aborts before.
 */
export function abortable(
  listen: (listener: () => void) => Disposable,
  ends: readonly AbortSignal[],
  createError: () => Error,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (ends.some((end) => end.aborted)) return reject(createError());
    const forget = (): void => {
      listening[Symbol.dispose]();
      for (const end of ends) end.removeEventListener('abort', stop);
    };
    const stop = (): void => {
      forget();
      reject(createError());
    };
    const listening = listen(() => {
      forget();
      resolve();
    });
    for (const end of ends) end.addEventListener('abort', stop);
  });
}
