// One executor process seen from its parent: its start, the frames to and from it, and how it ended.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createFrameReader, encodeFrame } from '../protocol/frame.js';
import { offerToOomKiller } from './process-memory.js';
import { outOfMemoryExit, type FromExecutor, type ToExecutor } from '../protocol/protocol.js';

export interface ExecutorDeath {
  /** `beside`: another model in the same process was the cause. */
  readonly kind: 'crashed' | 'out-of-memory' | 'hung' | 'ended' | 'beside';
  /** For people: exit status or signal, and what it last wrote to stderr. */
  readonly reason: string;
}

export interface ExecutorProcess {
  readonly pid: number;
  /** Never rejects. */
  readonly died: Promise<ExecutorDeath>;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
  send(message: ToExecutor, tensors?: readonly (readonly Uint8Array[])[]): void;
  onMessage(listener: (message: FromExecutor, tensors: readonly Buffer[]) => void): void;
  /** SIGKILL; the death will be this one. */
  kill(death: ExecutorDeath): void;
}

const entry = fileURLToPath(new URL('../../dist/sessions/executor-main.js', import.meta.url));
const nodeFlags = ['--max-old-space-size=128', '--max-semi-space-size=2', '--no-warnings'];
/** Nothing of the parent's environment, which holds credentials. The allocator thresholds give memory back to the system. */
const ownEnvironment = {
  ORT_DISABLE_TELEMETRY: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};
const setpriv = '/usr/bin/setpriv';
const stderrKept = 20_000;

/** Starts a process. Where the system can, the kernel ends it when its parent ends, even while a model hangs. */
export function startExecutorProcess(environment: Readonly<Record<string, string>> = {}): ExecutorProcess {
  const command = [process.execPath, ...nodeFlags, entry];
  if (existsSync(setpriv)) command.unshift(setpriv, '--pdeathsig', 'KILL', '--');
  const [file = process.execPath, ...args] = command;
  const env = { ...environment, ...ownEnvironment };
  const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const socket = child.stdio[3] as Duplex;
  let killedAs: ExecutorDeath | undefined;
  let listener: (message: FromExecutor, tensors: readonly Buffer[]) => void = () => undefined;
  const onFrame = (message: unknown, tensors: readonly Buffer[]): void => listener(message as FromExecutor, tensors);
  socket.on('data', createFrameReader(onFrame));
  socket.on('error', () => undefined); // its end is told by the process's
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-stderrKept)));
  const died = watchDeath(
    child,
    () => killedAs,
    () => stderr,
  );
  if (child.pid !== undefined) void offerToOomKiller(child.pid);
  return {
    pid: child.pid ?? -1,
    died,
    get stderr() {
      return stderr;
    },
    send: (message, tensors) => writeFrame(socket, encodeFrame(message, tensors)),
    onMessage: (next) => {
      listener = next;
    },
    kill: (death) => {
      killedAs ??= death;
      child.kill('SIGKILL');
    },
  };
}

function writeFrame(socket: Duplex, chunks: readonly Uint8Array[]): void {
  if (socket.destroyed) return;
  socket.cork();
  for (const chunk of chunks) socket.write(chunk);
  socket.uncork();
}

function watchDeath(
  child: ChildProcess,
  killedAs: () => ExecutorDeath | undefined,
  stderr: () => string,
): Promise<ExecutorDeath> {
  return new Promise((resolve) => {
    child.on('error', (error) =>
      resolve({ kind: 'crashed', reason: `the executor could not be started: ${error.message}` }),
    );
    child.on('exit', (status, signal) => resolve(killedAs() ?? explainExit(status, signal, stderr().trim())));
  });
}

function explainExit(status: number | null, signal: NodeJS.Signals | null, stderr: string): ExecutorDeath {
  if (status === outOfMemoryExit || /out of memory|bad_alloc/i.test(stderr)) {
    return { kind: 'out-of-memory', reason: 'out of memory: the model asked for more than its limit' };
  }
  const how = signal === null ? `exit status ${status}` : `signal ${signal}`;
  const hint = signal === 'SIGKILL' ? ' (not sent by the worker: an operator, or the kernel out of memory)' : '';
  const lastLine = stderr.split('\n').at(-1) ?? '';
  return { kind: 'crashed', reason: `the executor ended by ${how}${hint}${lastLine === '' ? '' : `: ${lastLine}`}` };
}
