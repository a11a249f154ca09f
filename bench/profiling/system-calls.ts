// The system calls of processes, counted by strace.

import type { SystemCalls } from './counts.js';
import { startTracer } from './tracer.js';

/** Counts the system calls of all threads. Returns a function that stops it and resolves with the sums. */
export async function countSystemCalls(pids: readonly number[]): Promise<() => Promise<SystemCalls>> {
  const stop = await startTracer({
    ...{ program: 'strace', from: 'strace', args: ['-f', '-c', ...pids.flatMap((pid) => ['-p', String(pid)])] },
  });
  return async () => parseStrace(await stop());
}

/** Parses the table of `strace -c`: share, seconds, µs per call, calls, errors if there were any, and the name. */
export function parseStrace(table: string): SystemCalls {
  const rows = Array.from(table.matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+)(?: +\d+)? +(\w+)$/gm));
  const calls = rows.map(([, count, name = '']) => [name, Number(count)] as const);
  return Object.fromEntries(calls.filter(([name]) => name !== 'total'));
}
