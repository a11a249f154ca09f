// Starts the processes that handle models and clients' data, separated from the service and from each other by what the
// host offers.

import {
  execFile,
  spawn,
  type ChildProcess,
  type SerializationType,
  type SpawnOptions,
  type StdioOptions,
} from 'node:child_process';
import { chown } from 'node:fs/promises';
import { findTool } from './find-tool.js';
import type { UserIds } from './user-ids.js';
import { wrap, type ProcessBounds, type ProcessUser, type Wrappers } from './wrappers.js';

/** A Node program, and what its process gets. */
export interface IsolatedProgram extends ProcessBounds {
  /** Path of the script. */
  readonly script: string;
  readonly nodeFlags: readonly string[];
  /** The whole environment: nothing is inherited. Empty by default. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
  /** Format of messages, if `stdio` has a channel for them. `json` by default. */
  readonly serialization?: SerializationType;
}

export interface IsolatedProcess {
  readonly child: ChildProcess;
  /**
   * Lets the process write an existing folder of the service, which it then owns. Never rejects: if it fails, the process
   * cannot write there.
   */
  grantFolder(folder: string): Promise<void>;
  /** Lowers the maximum size of the process's data. Resolves with false if it fails, for example without `prlimit`. */
  limitData(dataBytes: number): Promise<boolean>;
  /**
   * Sets the CPU time, counted from the start of the process, at which the kernel ends it with SIGXCPU. Resolves with false if it
   * fails, for example without `prlimit`.
   */
  limitCpu(seconds: number): Promise<boolean>;
}

export interface Isolation {
  /**
   * Starts a program. With `setpriv`, the kernel kills the process when this one ends, even while it hangs. Throws what
   * `IsolationOptions.onShared` throws if no user id is free.
   */
  start(program: IsolatedProgram): IsolatedProcess;
}

/** Creates an isolation. Without `users`, processes run as the user of the service. */
export function createIsolation(wrappers: Wrappers, users?: UserIds): Isolation {
  return {
    start({ script, nodeFlags, environment = {}, stdio, serialization = 'json', ...bounds }) {
      const user = users?.take();
      const command = [...wrap(wrappers, bounds, user), process.execPath, ...nodeFlags, script];
      const [file = process.execPath, ...args] = command;
      // Without `setpriv`, Node changes the user.
      const asUser = wrappers.setpriv === undefined ? user : undefined;
      const release = (): void => {
        if (user !== undefined) users?.release(user);
      };
      const child = spawnOr(release, file, args, { env: { ...environment }, stdio, serialization, ...asUser });
      // A process that could not be started emits no `exit`.
      if (child.pid === undefined) release();
      else child.once('exit', release);
      return {
        child,
        limitData: (dataBytes) => limit(wrappers.prlimit, child.pid, `--data=${dataBytes}`, user),
        // Only the soft limit, so that it can be raised again.
        limitCpu: (seconds) => limit(wrappers.prlimit, child.pid, `--cpu=${seconds}:`, user),
        grantFolder: async (folder) => {
          if (user !== undefined) await chown(folder, user.uid, user.gid).catch(() => undefined);
        },
      };
    },
  };
}

/** Starts a process. Calls `onFailure`, and throws, if the host lacks the memory for it, for example. */
function spawnOr(onFailure: () => void, file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(file, args, options);
  } catch (error) {
    onFailure();
    throw error;
  }
}

/** Runs `prlimit` as the user of the process, who may lower its limits without the capability for all processes. */
const limit = (
  prlimit: string | undefined,
  pid: number | undefined,
  bound: string,
  user: ProcessUser | undefined,
): Promise<boolean> =>
  new Promise((resolve) => {
    if (prlimit === undefined || pid === undefined) return resolve(false);
    const options = { env: {}, ...user };
    execFile(prlimit, [`--pid=${pid}`, bound], options, (error) => resolve(error === null));
  });

/** Isolation by the environment alone, for programs that load nothing or trusted models: the solver, tests and benchmarks. */
export const environmentOnly: Isolation = createIsolation({
  setpriv: findTool('setpriv'),
  prlimit: findTool('prlimit'),
  enterNamespaces: [],
  dropPrivileges: [],
  deviceGroups: [],
});
