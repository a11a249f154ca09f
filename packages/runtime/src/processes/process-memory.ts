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

/** The calls to a process. While it executes none, its memory hardly changes. */
export interface CallActivity {
  readonly isBusy: boolean;
  /** Sets the function that is called at the start of each call. */
  onCall(listener: () => void): void;
}

export interface MemoryWatch extends Disposable {
  /**
   * Returns the memory of the process. It is read again if there were calls since the last time, or after 10 s. Undefined
   * if the process has ended, or after disposal.
   */
  memory(): ProcessMemory | undefined;
}

export interface MemoryWatchOptions {
  readonly pid: number;
  readonly activity: CallActivity;
  /** Returns by how many bytes the private memory may grow. */
  readonly extraBytes: () => number;
  readonly clock: Clock;
  /** Called once if it grows by more. */
  readonly onExceeded: () => void;
}

const watchEvery = milliseconds(100);
const maxAgeMs = 10_000;

/** Watches the memory of a process: every 100 ms while it executes calls, and once after that. */
export function watchMemory({ pid, activity, extraBytes, clock, onExceeded }: MemoryWatchOptions): MemoryWatch {
  let last = read();
  const base = last.memory?.privateBytes ?? 0;
  let wasCalled = false;
  let isOver = false;
  let timer: Disposable | undefined;

  function read(): { readonly memory: ProcessMemory | undefined; readonly at: number } {
    return { memory: readProcessMemory(pid), at: clock.now() };
  }
  function schedule(): void {
    timer ??= clock.after(watchEvery, check);
  }
  function check(): void {
    timer = undefined;
    const mayChange = wasCalled || activity.isBusy;
    wasCalled = false;
    last = read();
    if (last.memory === undefined || isOver) return;
    if (last.memory.privateBytes > base + extraBytes()) return end();
    if (mayChange) schedule();
  }
  function end(): void {
    isOver = true;
    onExceeded();
  }
  activity.onCall(() => {
    wasCalled = true;
    if (!isOver) schedule();
  });
  return {
    memory() {
      if (isOver) return undefined;
      if (wasCalled || activity.isBusy || clock.now() - last.at > maxAgeMs) last = read();
      return last.memory;
    },
    [Symbol.dispose]() {
      isOver = true;
      timer?.[Symbol.dispose]();
    },
  };
}
