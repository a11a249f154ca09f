// What a process uses, as Linux tells it, and how it is held within a limit. Elsewhere nothing is known and nothing limited.

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { milliseconds, type Clock } from '@pareto/core';

export interface ProcessMemory {
  /** Resident now. */
  readonly residentBytes: number;
  /** Resident now and its own: what its end gives back. */
  readonly privateBytes: number;
  /** The most that was its own at a time. */
  readonly peakPrivateBytes: number;
  /** Writable private mappings, resident or not: what RLIMIT_DATA counts. */
  readonly dataBytes: number;
}

/** Undefined when the process is gone, or where there is no /proc. */
export async function readProcessMemory(pid: number): Promise<ProcessMemory | undefined> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
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

/** Makes the kernel, when it runs out, end this process before others. */
export async function offerToOomKiller(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/oom_score_adj`, '900').catch(() => undefined);
}

/**
 * Allows a process `extraBytes` over what it has mapped now; a request beyond that fails inside the process. Resolves false
 * where it can't be done (no prlimit): then only watching is left.
 */
export async function limitData(pid: number, extraBytes: number): Promise<boolean> {
  const now = await readProcessMemory(pid);
  if (now === undefined) return false;
  const args = [`--pid=${pid}`, `--data=${now.dataBytes + extraBytes}`];
  return new Promise((resolve) => execFile('prlimit', args, { env: {} }, (error) => resolve(error === null)));
}

const watchEvery = milliseconds(100);

/** Calls back once if the process comes to hold more than `extraBytes` over what it holds now. */
export function watchMemory(pid: number, extraBytes: () => number, clock: Clock, onExceeded: () => void): Disposable {
  let base: number | undefined;
  let timer: Disposable | undefined;
  let ended = false;
  const look = async (): Promise<void> => {
    const memory = await readProcessMemory(pid);
    if (ended || memory === undefined) return;
    base ??= memory.privateBytes;
    if (memory.privateBytes > base + extraBytes()) return onExceeded();
    timer = clock.after(watchEvery, () => void look());
  };
  void look();
  return {
    [Symbol.dispose]: () => {
      ended = true;
      timer?.[Symbol.dispose]();
    },
  };
}
