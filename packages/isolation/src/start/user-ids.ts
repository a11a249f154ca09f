// Gives each process a user id that no other process of this host has, so that processes cannot read each other's memory or files.
// A service claims ids in blocks, as many as it needs, by locks of files that all services of the host share. The kernel releases the
// locks when the service ends, however it ends. An id is given to a process only while no other one has it: a process that has
// ended may have left others, and a service of an earlier release has no locks.

import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { chmodSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { findTool } from './find-tool.js';
import { liveUsers } from './live-users.js';
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
  /** Folder of the locks, which is created if it does not exist, and closed to other users. */
  readonly locks: string;
  /** Any integer. Services with different numbers first try different blocks, and rarely those that another one has. */
  readonly tryFrom: number;
  /** Called before a process shares the first id. Throws to refuse the process. */
  readonly onShared: (reason: string) => void;
}

/** Number of the ids, with the first. */
export const idCount = 512;
const blockSize = 16;
/** Number of ended processes whose ids are freed together: finding out which ids are in use takes 25 µs per process of the host. */
const reusedAtOnce = 8;
/** Exit code of `flock` if another process has the lock. Other failures have other codes. */
const isLocked = 1;

/** Claims a first block. Without one, `shortage` states the reason. */
export function claimUserIds({ first, locks, tryFrom, onShared }: UserIdOptions): UserIds {
  const last = first + idCount - 1;
  const locked: number[] = [];
  const free: number[] = [];
  /** Ids of ended processes, and those that processes had which this service did not start. */
  let ended: number[] = [];
  // Blocks begin at multiples of their size, so that ranges that overlap have the same blocks.
  const start = Math.floor((first + 1) / blockSize) * blockSize;
  const blockCount = Math.ceil((last + 1 - start) / blockSize);
  /** Blocks to try, in order: first those that were not tried yet, then those that other services had, the latest last. */
  const blocks = Array.from({ length: blockCount }, (_, index) => start + ((tryFrom + index) % blockCount) * blockSize);
  let untried = blockCount;
  let sharing = 0;
  let reason = claim();

  /** Frees the ids of ended processes, or claims more. Returns why there is no free id. Undefined if there is one. */
  function claim(): string | undefined {
    if (ended.length >= reusedAtOnce) addUnused(ended);
    const failure = free.length > 0 ? undefined : addBlocks();
    if (free.length === 0 && ended.length > 0) addUnused(ended);
    if (free.length > 0) return undefined;
    return failure ?? `services or other processes of this host have all user ids from ${first + 1} to ${last}`;
  }

  /** Claims a block if one is left. Returns why none can be claimed. */
  function addBlocks(): string | undefined {
    try {
      openFolder(locks);
      // A try starts a process. So, blocks of other services are tried again one at a time.
      for (let tries = Math.max(untried, 1); tries > 0 && free.length === 0; tries--) addBlock();
      return undefined;
    } catch (error) {
      return `user ids cannot be claimed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** Locks the next block, if no other service has it. */
  function addBlock(): void {
    const [block] = blocks;
    if (block === undefined) return;
    const file = lock(path.join(locks, `user-ids-${block}`));
    blocks.shift();
    untried -= 1;
    if (file === undefined) return void blocks.push(block);
    locked.push(file);
    const ids = Array.from({ length: blockSize }, (_, index) => block + index);
    addUnused([...ended, ...ids.filter((id) => id > first && id <= last)]);
  }

  /** Frees those of the ids that no process has, and keeps the others for later. */
  function addUnused(ids: readonly number[]): void {
    const used = liveUsers();
    free.push(...ids.filter((id) => !used.has(id)));
    ended = ids.filter((id) => used.has(id));
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
      return locked.length === 0 || sharing > 0 ? reason : undefined;
    },
    take,
    release({ uid }) {
      if (uid === first) sharing -= 1;
      else ended.push(uid);
    },
    [Symbol.dispose]: () => locked.splice(0).forEach((file) => closeSync(file)),
  };
}

/**
 * Creates the folder of the locks, and closes it to other users, who could replace or lock its files: a volume that is mounted
 * there may be open to all.
 */
function openFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(folder);
  const user = process.geteuid?.() ?? uid;
  if (uid !== user) throw new Error(`${folder} belongs to user ${uid}, expected user ${user}`);
  if ((mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

/** Locks a file until it is closed. Returns its descriptor. Undefined if another process has the lock. */
function lock(name: string): number | undefined {
  const flock = findTool('flock');
  if (flock === undefined) throw new Error('flock of util-linux is not installed');
  // No other process that this one starts inherits the descriptor, on which `flock` leaves the lock.
  const file = openSync(name, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  const options = { env: {}, stdio: ['ignore', 'ignore', 'pipe', file] } satisfies SpawnSyncOptions;
  const { status, stderr, error } = spawnSync(flock, ['--nonblock', '3'], options);
  if (status === 0) return file;
  closeSync(file);
  if (status === isLocked) return undefined;
  throw new Error(`${name} cannot be locked: ${error?.message ?? stderr.toString().trim()}`);
}
