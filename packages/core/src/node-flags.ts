// Flags of Node with which services and executor processes are started. V8 reads them before it runs any code, so that a process
// cannot set them itself.

/**
 * Keep compiled code. By default, V8 collects garbage up to three times when a process gets little to do. The shapes of
 * objects of which none lives in that moment, as those of queries, are collected with it, and all code that was compiled for
 * them is discarded and has to be compiled again.
 */
export const keepCodeFlags: readonly string[] = ['--no-memory-reducer', '--retain-maps-for-n-gc=1000'];

/**
 * Flags of services. The first keeps the young generation of the heap at 16 MiB. By default, V8 shrinks it to 1 MiB at light
 * load, and then collects garbage after every few queries, which wait for it. The second lets V8 collect the old generation
 * from 192 MiB on. What a service reads from sockets counts as part of it until the young generation is collected: with less,
 * messages of 150 KB cause several collections of the whole heap per second, which take half of the router's CPU time.
 */
export const serviceNodeFlags: readonly string[] = [
  '--min-semi-space-size=16',
  '--initial-old-space-size=192',
  ...keepCodeFlags,
];
