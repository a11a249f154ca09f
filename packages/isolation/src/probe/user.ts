// Finds out whether processes can run as another user, who must be able to read their files.

import { chmod, chown, stat } from 'node:fs/promises';
import { wrap, type ProcessUser, type Wrappers } from '../start/wrappers.js';
import { tryCommand } from './try-command.js';

const readAll = 'for file; do [ -r "$file" ] || { echo "user $(id -u) cannot read $file" >&2; exit 1; }; done';

/** Returns why processes cannot run as `user`. Lets the user's group read `folders`, which belong to the service. */
export async function tryUser(
  wrappers: Wrappers,
  user: ProcessUser,
  folders: readonly string[],
  read: readonly string[],
): Promise<string | undefined> {
  await Promise.all(folders.map((folder) => admitGroup(folder, user.gid)));
  const command = [...wrap(wrappers, {}, user), '/bin/sh', '-c', readAll, 'sh', ...read];
  return tryCommand(command, wrappers.setpriv === undefined ? user : undefined);
}

/** Lets the group enter a folder that only its owner can enter. */
async function admitGroup(folder: string, gid: number): Promise<void> {
  const { mode } = await stat(folder);
  if ((mode & 0o077) !== 0) return;
  await chown(folder, -1, gid);
  await chmod(folder, mode | 0o050);
}
