// Flags of Node with which services and executor processes are started. V8 reads them before it runs any code, so that a process
// cannot set them itself.

/**
 * Keep compiled code. By default, V8 collects garbage up to three times when a process gets little to do. The shapes of
 * objects of which none lives in that moment, as those of queries, are collected with it, and all code that was compiled for
 * them is discarded and has to be compiled again.
 */
export const keepCodeFlags: readonly string[] = ['--no-memory-reducer', '--retain-maps-for-n-gc=1000'];

/**
 * Flags of all services. The first keeps the young generation of the heap at 16 MiB. By default, V8 shrinks it to 1 MiB at light
 * load, and then collects garbage after every few queries, which wait for it.
 */
const commonFlags = ['--min-semi-space-size=16', ...keepCodeFlags];

/**
 * Returns the flags of a service. V8 collects the old generation of those that receive queries from 192 MiB on. What they read
 * from sockets counts as part of it until the young generation is collected: with less, messages of 150 KB cause several
 * collections of the whole heap per second. A controller's turns leave garbage in it that makes later collections slower.
 */
export const v8FlagsOf = (service: string): readonly string[] =>
  service === 'controller' ? commonFlags : [...commonFlags, '--initial-old-space-size=192'];
