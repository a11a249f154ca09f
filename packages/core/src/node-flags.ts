// Flags of Node with which services are started. V8 reads them before it runs any code, so that a service can't set them
// itself.

/**
 * Keeps the young generation of the heap at 16 MiB. By default, V8 shrinks it to 1 MiB at light load, and then collects garbage
 * after every few queries, which wait for it.
 */
export const serviceNodeFlags: readonly string[] = ['--min-semi-space-size=16'];
