// Gives each process a user id that no other process of this host has, so that processes cannot read each other's memory or files.
// A service claims ids in blocks, as many as it needs, by locks of files that all services of the host share. The kernel releases the
// locks when the service ends, however it ends.

import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { findTool } from './find-tool.js';
import type { ProcessUser } from './wrappers.js';

export interface UserIds extends Disposable {
  /** Reason why processes share the first id, or the next one would. Undefined if each has an id of its own. */
  readonly shortage: string | undefined;
  /**
   * Returns a user that no other process has. If no id is free, calls `onShared` with the reason, and returns the user with
   * the first id, which all such processes share.
   */
  take(): ProcessUser;
  release(user: ProcessUser): void;
}

export interface UserIdOptions {
  /** First of 512 ids, and the group of all of them. */
  readonly first: number;
  /** Folder of the locks, which only root must be able to enter. It is created if it does not exist. */
  readonly locks: string;
  /** Called before a process shares the first id. Throws to refuse the process. */
  readonly onShared: (reason: string) => void;
}

const [idCount, blockSize] = [512, 16];
/** Exit code of `flock` if another process has the lock. Other failures have other codes. */
const isLocked = 1;

/** Claims a first block. Without one, `shortage` states the reason. */
export function claimUserIds({ first, locks, onShared }: UserIdOptions): UserIds {
  const last = first + idCount - 1;
  const files = new Map<number, number>();
  const free: number[] = [];
  let sharing = 0;
  let reason = claim();

  /** Claims one more block. Returns why there is none. Undefined if it succeeded. */
  function claim(): string | undefined {
    try {
      mkdirSync(locks, { recursive: true, mode: 0o700 });
      // Blocks begin at multiples of their size, so that ranges that overlap have the same blocks.
      for (let block = Math.floor((first + 1) / blockSize) * blockSize; block <= last; block += blockSize) {
        const file = files.has(block) ? undefined : lock(path.join(locks, `user-ids-${block}`));
        if (file === undefined) continue;
        files.set(block, file);
        for (let id = Math.max(block, first + 1); id <= Math.min(block + blockSize - 1, last); id++) free.push(id);
        return undefined;
      }
    } catch (error) {
      return `user ids cannot be claimed: ${error instanceof Error ? error.message : String(error)}`;
    }
    return `services of this host have claimed all user ids from ${first + 1} to ${last}`;
  }

  function take(): ProcessUser {
    const uid = free.shift();
    if (uid !== undefined) return { uid, gid: first };
    const failure = claim();
    if (failure === undefined) return take();
    reason = failure;
    onShared(failure);
    sharing += 1;
    return { uid: first, gid: first };
  }

  return {
    get shortage() {
      return files.size === 0 || sharing > 0 ? reason : undefined;
    },
    take,
    release({ uid }) {
      if (uid === first) sharing -= 1;
      else free.push(uid);
    },
    [Symbol.dispose]: () => files.forEach((file) => closeSync(file)),
  };
}

/** Locks a file until it is closed. Returns its descriptor. Undefined if another process has the lock. */
function lock(name: string): number | undefined {
  const flock = findTool('flock');
  if (flock === undefined) throw new Error('flock of util-linux is not installed');
  // No other process that this one starts inherits the descriptor, on which `flock` leaves the lock.
  const file = openSync(name, 'a', 0o600);
  const options = { env: {}, stdio: ['ignore', 'ignore', 'pipe', file] } satisfies SpawnSyncOptions;
  const { status, stderr, error } = spawnSync(flock, ['--nonblock', '3'], options);
  if (status === 0) return file;
  closeSync(file);
  if (status === isLocked) return undefined;
  throw new Error(`${name} cannot be locked: ${error?.message ?? stderr.toString().trim()}`);
}
