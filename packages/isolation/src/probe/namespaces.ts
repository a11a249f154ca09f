// Namespaces that all isolated processes of a service share: a network without connections, no shared memory of others, and
// a view of the file system without secrets. A service that does not run as root creates them in a user namespace.

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { findTool } from '../start/find-tool.js';
import { firstLine } from './try-command.js';
import type { View } from './view.js';

export interface Namespaces extends Disposable {
  /** Command that enters the namespaces, and then runs the command that follows. */
  readonly enter: readonly string[];
}

export interface NamespaceOptions extends View {
  /** Set to create a user namespace, which a service needs that does not run as root. */
  readonly withUser: boolean;
}

/**
 * Sets up the mounts, and then waits. `show` enters each shown folder before the hidden ones are covered, and binds it to
 * its path afterwards. A process sees only those of its user in `/proc`, where the host allows that: a namespace of process
 * ids would take a process in between, and the id of the process would be another.
 */
const script = `set -ef
umask 022
IFS='
'
hide() {
  mount -t proc -o hidepid=2 proc /proc 2> /dev/null || :
  for file in $hidden_files; do mount --bind /dev/null "$file"; done
  for folder in $hidden_folders; do mount -t tmpfs -o mode=755,size=64k tmpfs "$folder"; done
}
show() {
  if [ $# = 0 ]; then hide; return; fi
  ( cd "$1"; here=$1; shift; show "$@"; mkdir -p "$here"; mount --no-canonicalize --rbind . "$here" )
}
hidden_files=$1 hidden_folders=$2
shift 2
show "$@"
echo ready
read -r _
`;

/** Opens the namespaces. Returns the reason if this host does not allow it. */
export async function openNamespaces(options: NamespaceOptions): Promise<Namespaces | string> {
  const { hiddenFiles, hiddenFolders, shown, withUser } = options;
  const [unshare, nsenter] = [findTool('unshare'), findTool('nsenter')];
  if (unshare === undefined || nsenter === undefined) return 'unshare and nsenter of util-linux are not installed';
  // Each process gets a user namespace of its own, which protects it from the others.
  const asUser = withUser ? ['--user', '--map-root-user'] : [];
  const args = ['-c', script, 'sh', hiddenFiles.join('\n'), hiddenFolders.join('\n'), ...shown];
  const holder = spawn(unshare, [...asUser, '--net', '--ipc', '--mount', '/bin/sh', ...args], { env: {} });
  const failure = await untilReady(holder);
  if (failure !== undefined) return failure;
  const kinds = { ...(withUser && { user: 'user' }), mount: 'mnt', net: 'net', ipc: 'ipc' };
  const files = new Map(
    Object.entries(kinds).map(([option, kind]) => [option, openSync(`/proc/${holder.pid}/ns/${kind}`, 'r')]),
  );
  holder.kill('SIGKILL');
  const entries = Array.from(files, ([option, file]) => `--${option}=/proc/${process.pid}/fd/${file}`);
  return {
    enter: [nsenter, ...entries, ...(withUser ? ['--preserve-credentials', unshare, ...asUser] : [])],
    [Symbol.dispose]: () => files.forEach((file) => closeSync(file)),
  };
}

/** Resolves when the mounts are complete, with the reason if they failed. */
async function untilReady(holder: ChildProcess): Promise<string | undefined> {
  const errors = holder.stderr === null ? Promise.resolve('') : text(holder.stderr);
  const isReady = await new Promise<boolean>((resolve) => {
    holder.stdout?.once('data', () => resolve(true));
    holder.once('close', () => resolve(false)).once('error', () => resolve(false));
  });
  return isReady ? undefined : firstLine(await errors, 'unshare failed');
}
