// Finds out whether processes can run as another user, who must be able to read their files.

import { chmod, chown, readFile, stat } from 'node:fs/promises';
import { wrap, type ProcessUser, type Wrappers } from '../start/wrappers.js';
import { tryCommand } from './try-command.js';

/** Bits of the capabilities that ending and prioritising processes of other users takes. */
const capabilities = { CAP_KILL: 5n, CAP_SYS_NICE: 23n };

const readAll = 'for file; do [ -r "$file" ] || { echo "user $(id -u) cannot read $file" >&2; exit 1; }; done';

/**
 * Returns why processes cannot run as `user`. Undefined if they can. Lets other users read what this process creates from
 * now on without a mode of its own, and the user's group what is in `folders`, which belong to the service.
 */
export async function tryUser(
  wrappers: Wrappers,
  user: ProcessUser,
  folders: readonly string[],
  read: readonly string[],
): Promise<string | undefined> {
  const lacking = await lackingCapabilities();
  if (lacking.length > 0) return `the service controls processes of other users only with ${lacking.join(' and ')}`;
  process.umask(process.umask(0o022) & 0o022);
  await Promise.all(folders.map((folder) => admitGroup(folder, user.gid)));
  const command = [...wrap(wrappers, {}, user), '/bin/sh', '-c', readAll, 'sh', ...read];
  return tryCommand(command, wrappers.setpriv === undefined ? user : undefined);
}

async function lackingCapabilities(): Promise<readonly string[]> {
  const status = await readFile('/proc/self/status', 'latin1').catch(() => '');
  const [, held] = /^CapEff:\s+(\w+)$/m.exec(status) ?? [];
  if (held === undefined) return [];
  return Object.entries(capabilities).flatMap(([name, bit]) => ((BigInt(`0x${held}`) >> bit) & 1n ? [] : [name]));
}

/** Lets the group enter a folder that only its owner can enter. */
async function admitGroup(folder: string, gid: number): Promise<void> {
  const { mode } = await stat(folder);
  if ((mode & 0o077) !== 0) return;
  await chown(folder, -1, gid);
  await chmod(folder, mode | 0o050);
}
