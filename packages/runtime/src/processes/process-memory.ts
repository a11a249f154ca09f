// Reads and limits the memory of a process on Linux. On other systems, the memory is unknown and not limited.

import { closeSync, openSync, readSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { milliseconds, type Clock } from '@pareto/core';

export interface ProcessMemory {
  /** Resident memory. */
  readonly residentBytes: number;
  /** Resident memory that is not shared: what is freed when the process ends. */
  readonly privateBytes: number;
  /** Maximum of the private memory so far. */
  readonly peakPrivateBytes: number;
  /** Writable private mappings, resident or not, which RLIMIT_DATA limits. */
  readonly dataBytes: number;
}

/** Reads the memory of a process. Undefined if the process has ended or there is no /proc. */
export function readProcessMemory(pid: number): ProcessMemory | undefined {
  const text = readStatus(pid);
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
  const resident = field('VmRSS');
  if (resident === 0) return undefined;
  const shared = field('RssFile') + field('RssShmem');
  return {
    residentBytes: resident,
    privateBytes: resident - shared,
    peakPrivateBytes: Math.max(resident, field('VmHWM')) - shared,
    dataBytes: field('VmData'),
  };
}

/** Larger than the text of any process. */
const statusBuffer = Buffer.alloc(16_384);

/**
 * Reads the status of a process, or returns an empty text. Synchronous, because the kernel answers from memory in
 * microseconds, and a worker reads it for each executor many times per second.
 */
function readStatus(pid: number): string {
  try {
    const file = openSync(`/proc/${pid}/status`, 'r');
    try {
      return statusBuffer.toString('latin1', 0, readSync(file, statusBuffer));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

/** Makes the kernel's OOM killer choose this process before others. */
export async function preferForOomKiller(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/oom_score_adj`, '900').catch(() => undefined);
}

const watchEvery = milliseconds(100);

/** Calls `onExceeded` once if the private memory of the process grows by more than `extraBytes`. */
export function watchMemory(pid: number, extraBytes: () => number, clock: Clock, onExceeded: () => void): Disposable {
  let base: number | undefined;
  let timer: Disposable | undefined;
  const check = (): void => {
    const memory = readProcessMemory(pid);
    if (memory === undefined) return;
    base ??= memory.privateBytes;
    if (memory.privateBytes > base + extraBytes()) return onExceeded();
    timer = clock.after(watchEvery, check);
  };
  check();
  return { [Symbol.dispose]: () => timer?.[Symbol.dispose]() };
}
