// The command in front of an isolated program: programs of util-linux that change one property each, and then run the
// next.

export interface Wrappers {
  /** Paths of the programs. Undefined if they are not installed. */
  readonly setpriv?: string | undefined;
  readonly prlimit?: string | undefined;
  /** Command that enters the namespaces of the processes. */
  readonly enterNamespaces: readonly string[];
  /** Arguments of `setpriv` that drop privileges. */
  readonly dropPrivileges: readonly string[];
  /** Groups of the device files. */
  readonly deviceGroups: readonly number[];
}

export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
}

export interface ProcessBounds {
  /** Maximum size of the process's data (RLIMIT_DATA). Not limited by default. */
  readonly dataBytes?: number;
  /** Maximum size of a file that the process writes. 64 GiB by default. */
  readonly fileBytes?: number;
  /** Set if the process uses a device, which needs the groups of its files. */
  readonly usesDevice?: boolean;
}

/** Maximum number of files that a process has open. */
const maxFiles = 1_024;
/** Maximum number of threads of all processes of a user that no other process of the host has. */
const maxThreads = 1_024;
const maxFileBytes = 64 * 2 ** 30;

/** Returns the command. No wrapper forks, so the id of the process is that of the program. */
export function wrap(
  { setpriv, prlimit, enterNamespaces, dropPrivileges, deviceGroups }: Wrappers,
  { dataBytes, fileBytes = maxFileBytes, usesDevice = false }: ProcessBounds,
  user?: ProcessUser,
): readonly string[] {
  const groups = usesDevice && deviceGroups.length > 0 ? `--groups=${deviceGroups.join(',')}` : '--clear-groups';
  const asUser = user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, groups];
  const bounds = { nofile: maxFiles, fsize: fileBytes, nproc: user && maxThreads, data: dataBytes };
  const limits = Object.entries(bounds).flatMap(([name, bound]) => (bound === undefined ? [] : [`--${name}=${bound}`]));
  const privileges = setpriv === undefined ? [] : [setpriv, '--pdeathsig=KILL', ...asUser, ...dropPrivileges, '--'];
  return [...enterNamespaces, ...(prlimit === undefined ? [] : [prlimit, ...limits]), ...privileges];
}
