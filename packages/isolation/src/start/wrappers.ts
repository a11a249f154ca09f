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
  /** Set if the process uses a device, which needs the groups of its files. */
  readonly usesDevice?: boolean;
}

/** Returns the command. No wrapper forks, so the id of the process is that of the program. */
export function wrap(
  { setpriv, prlimit, enterNamespaces, dropPrivileges, deviceGroups }: Wrappers,
  { dataBytes, usesDevice = false }: ProcessBounds,
  user?: ProcessUser,
): readonly string[] {
  const groups = usesDevice && deviceGroups.length > 0 ? `--groups=${deviceGroups.join(',')}` : '--clear-groups';
  const asUser = user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, groups];
  const limits = prlimit === undefined || dataBytes === undefined ? [] : [prlimit, `--data=${dataBytes}`];
  const privileges = setpriv === undefined ? [] : [setpriv, '--pdeathsig=KILL', ...asUser, ...dropPrivileges, '--'];
  return [...enterNamespaces, ...limits, ...privileges];
}
