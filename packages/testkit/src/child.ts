// A child process of a test, with its output.

import { spawn, type ChildProcess } from 'node:child_process';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** Output so far, of both streams. */
  readonly output: string;
  readonly running: boolean;
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, and SIGKILL if the process does not exit within `graceMs`. */
  stop(graceMs?: number): Promise<Exit>;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a process with this process's environment, without additional certificate authorities for Node, and `env`. It is
 * killed when this process exits.
 */
export function startChild(command: string, args: readonly string[], options: ChildOptions = {}): Child {
  // Node parses these at each start, which doubles its CPU, and the processes of tests call only this machine.
  const { NODE_EXTRA_CA_CERTS: _unused, ...environment } = process.env;
  const child = spawn(command, args, {
    env: { ...environment, ...options.env },
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  running.add(child);
  const exited = watchExit(child).finally(() => running.delete(child));
  const stop = async (graceMs = 10_000): Promise<Exit> => {
    child.kill('SIGTERM');
    // A stopped process would not receive SIGTERM.
    child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    try {
      return await exited;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    exited,
    kill(signal) {
      child.kill(signal);
    },
    stop,
    [Symbol.asyncDispose]: () => stop(2_000).then(() => {}),
  };
}

function watchExit(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
}
