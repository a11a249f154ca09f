// Finds out how `setpriv` can drop privileges on this host.

import { findTool } from '../start/find-tool.js';
import { tryCommand } from './try-command.js';

export interface Privileges {
  /** Path of the program. Undefined if it is missing or does not work. */
  readonly setpriv?: string;
  readonly dropPrivileges: readonly string[];
  /** Reason why processes keep privileges. Undefined if they drop them. */
  readonly failure?: string | undefined;
}

const noNewPrivileges = '--no-new-privs';
/** Drops all capabilities. A service without root has none, and cannot restrict those of its processes. */
const noCapabilities = ['--bounding-set=-all', '--inh-caps=-all'];

/** Tries to drop privileges after a command that enters namespaces. */
export async function tryPrivileges(enterNamespaces: readonly string[]): Promise<Privileges> {
  const setpriv = findTool('setpriv');
  if (setpriv === undefined) return { dropPrivileges: [], failure: 'setpriv of util-linux is not installed' };
  const isPrivileged = enterNamespaces.length > 0 || process.geteuid?.() === 0;
  const dropPrivileges = [noNewPrivileges, ...(isPrivileged ? noCapabilities : [])];
  const command = [...enterNamespaces, setpriv, '--pdeathsig=KILL', ...dropPrivileges, '--', '/bin/sh', '-c', ':'];
  const failure = await tryCommand(command);
  return failure === undefined ? { setpriv, dropPrivileges } : { dropPrivileges: [], failure };
}
