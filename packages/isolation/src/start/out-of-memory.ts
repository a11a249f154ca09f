// Recognises processes that ended because they reached their memory limit.

const texts = /out of memory|allocation failed|bad_alloc|ENOMEM/i;
/** Signals with which a Node process ends if an allocation fails. */
const signals: ReadonlySet<NodeJS.Signals | null> = new Set(['SIGSEGV', 'SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGBUS']);

/** Returns whether a process ran out of memory, by the signal that ended it and its standard error. */
export const isOutOfMemory = (signal: NodeJS.Signals | null, stderr: string): boolean =>
  texts.test(stderr) || signals.has(signal);
