// Finds out what this host offers to isolate processes, by trying it.

import { findMissing, locksFolder, type MissingProtection } from './protections.js';
import { createIsolation, type Isolation } from '../start/isolation.js';
import { claimUserIds } from '../start/user-ids.js';
import type { Wrappers } from '../start/wrappers.js';
import { findTool } from '../start/find-tool.js';
import { deviceGroups } from './device-groups.js';
import { openNamespaces } from './namespaces.js';
import { tryPrivileges } from './privileges.js';
import { tryUser } from './user.js';
import { existingPaths, folderOf, installation, planView } from './view.js';

export interface IsolationOptions {
  /** Existing folders of the service, whose files processes read and write. */
  readonly folders: readonly string[];
  /** Files and folders outside those that processes read if they can, such as drivers. */
  readonly libraries: readonly string[];
  /** Files and folders with secrets of the service. */
  readonly secrets: readonly string[];
  /** First of 512 ids of users as which processes run if the service runs as root. */
  readonly firstUserId: number;
  /** Called before a process starts that shares its user id, because none is free. Throws to refuse the process. */
  readonly onShared: (missing: readonly MissingProtection[]) => void;
}

export interface OpenedIsolation extends Isolation, Disposable {
  /** Protections that this host does not offer. */
  readonly missing: readonly MissingProtection[];
  /**
   * Consequence, reason and advice if processes share a user id now, or the next one would. Undefined if each has its own, or
   * that of the service.
   */
  readonly userIdShortage: string | undefined;
}

/** Isolates processes as far as this host allows. Starts about five processes to find out. */
export async function openIsolation(options: IsolationOptions): Promise<OpenedIsolation> {
  const user = process.geteuid?.() === 0 ? { uid: options.firstUserId, gid: options.firstUserId } : undefined;
  const folders = existingPaths(options.folders);
  const required = [...folders, ...existingPaths(installation)];
  const libraries = existingPaths(options.libraries).map(folderOf);
  const namespaces = await openNamespaces({
    ...planView({
      read: [...required, ...libraries],
      secrets: existingPaths(options.secrets),
      asOtherUser: user !== undefined,
    }),
    withUser: user === undefined,
  });
  const failedNamespaces = typeof namespaces === 'string' ? namespaces : undefined;
  const enterNamespaces = typeof namespaces === 'string' ? [] : namespaces.enter;
  const { setpriv, dropPrivileges, failure } = await tryPrivileges(enterNamespaces);
  const prlimit = findTool('prlimit');
  const wrappers: Wrappers = { setpriv, prlimit, enterNamespaces, dropPrivileges, deviceGroups: deviceGroups() };
  const failedUser = user === undefined ? notRoot(failedNamespaces) : await tryUser(wrappers, user, folders, required);
  const onShared = (reason: string): void => options.onShared(findMissing({ 'user-ids': reason }));
  const users =
    user !== undefined && failedUser === undefined
      ? claimUserIds({ first: user.uid, locks: locksFolder, tryFrom: process.pid, onShared })
      : undefined;
  return {
    ...createIsolation(wrappers, users),
    missing: findMissing({
      user: failedUser,
      'user-ids': users?.shortage,
      privileges: failure,
      network: failedNamespaces,
    }),
    get userIdShortage() {
      const [missing] = findMissing({ 'user-ids': users?.shortage });
      return missing && `${missing.consequence}: ${missing.reason}; ${missing.advice}`;
    },
    [Symbol.dispose]() {
      users?.[Symbol.dispose]();
      if (typeof namespaces !== 'string') namespaces[Symbol.dispose]();
    },
  };
}

/**
 * Returns why a process of the same user could read the service's memory and secrets: a user namespace prevents both.
 * Undefined if there is one.
 */
const notRoot = (failedNamespaces: string | undefined): string | undefined =>
  failedNamespaces && `the service does not run as root, and user namespaces do not work: ${failedNamespaces}`;
