// Finds out which users have processes now.

import { readdirSync, readFileSync } from 'node:fs';

/**
 * Returns the ids of the users that have processes now, of those that this process can see. Empty on a host without `/proc`.
 * Processes that have ended, and whose parent has not noticed it, do not count.
 */
export function liveUsers(): ReadonlySet<number> {
  return new Set(processIds().flatMap(usersOf));
}

function processIds(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Returns the real user of a process, the effective one, and the saved one. */
function usersOf(pid: string): readonly number[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    // The first thread of a process may have ended before the others.
    if (/^State:\s+[ZX]/m.test(status) && /^Threads:\s+[01]$/m.test(status)) return [];
    const [, users = ''] = /^Uid:\s+(.+)$/m.exec(status) ?? [];
    return users.split(/\s+/).map(Number);
  } catch {
    // The process has ended meanwhile.
    return [];
  }
}
