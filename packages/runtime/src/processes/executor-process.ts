// An executor process as seen by its parent: starts it, exchanges messages with it, and reports how it ended.

import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepCodeFlags, publicText } from '@pareto/core';
import type { Isolation } from '@pareto/isolation';
import type { Message } from '../protocol/message.js';
import { createMessageSlicer } from '../protocol/message-slicer.js';
import { createMessageWriter } from '../protocol/message-writer.js';
import { preferForOomKiller } from './process-memory.js';
import { publicMessage } from '../protocol/public-message.js';
import { outOfMemoryExit, type FromExecutor, type Request } from '../protocol/protocol.js';

export interface ExecutorDeath {
  /** Cause. `by-other-model`: another model in the same process ended it. */
  readonly kind: 'crashed' | 'out-of-memory' | 'hung' | 'ended' | 'by-other-model';
  /** Human-readable reason: exit status or signal, and the last line of stderr. */
  readonly reason: string;
}

export interface ExecutorProcess {
  readonly pid: number;
  /** Resolves with the reason when the process has ended. Never rejects. */
  readonly died: Promise<ExecutorDeath>;
  /** Last part of the process's output on stderr. */
  readonly stderr: string;
  /** Lets the process write an existing folder. */
  grantFolder(folder: string): Promise<void>;
  /** Limits the size of the process's data. Resolves with false if it fails. */
  limitData(dataBytes: number): Promise<boolean>;
  /** Sends a request with the slices of its tensors. Throws `resource-exhausted` if it is too large. */
  send(id: number, request: Request, tensors?: readonly (readonly Uint8Array[])[]): void;
  onMessage(listener: (message: Message<FromExecutor>) => void): void;
  /** Kills the process with SIGKILL. `died` resolves with the given death. */
  kill(death: ExecutorDeath): void;
}

const entry = fileURLToPath(new URL('../../dist/sessions/executor-main.cjs', import.meta.url));
const nodeFlags = ['--max-old-space-size=128', '--max-semi-space-size=2', ...keepCodeFlags, '--no-warnings'];
/**
 * Malloc thresholds of a device process, which returns the memory of an unloaded model to the system. They would make
 * each large buffer a new mapping, whose pages the kernel clears, and a process on the CPU ends with its model.
 */
const deviceMalloc = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };
const stderrKept = 20_000;
/** ONNX Runtime saves no larger optimised model: a message of protobuf has at most 2 GiB. */
const maxFileBytes = 2 ** 31;

/** Starts a process. A process with an environment for drivers uses a device. */
export function startExecutorProcess(
  isolation: Isolation,
  deviceEnvironment?: Readonly<Record<string, string>>,
): ExecutorProcess {
  const usesDevice = deviceEnvironment !== undefined;
  const isolated = isolation.start({
    script: entry,
    nodeFlags,
    environment: { ...deviceEnvironment, ...(usesDevice && deviceMalloc), ORT_DISABLE_TELEMETRY: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    usesDevice,
    fileBytes: maxFileBytes,
  });
  const { child } = isolated;
  const socket = child.stdio[3] as Duplex;
  let killedAs: ExecutorDeath | undefined;
  let listener: (message: Message<FromExecutor>) => void = () => undefined;
  const slicer = createMessageSlicer<FromExecutor>((message) => listener(message));
  const writer = createMessageWriter(socket);
  socket.on('data', (chunk: Buffer) => slicer.read(chunk));
  socket.on('error', () => undefined); // the exit of the process is reported instead
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-stderrKept)));
  const died = watchDeath(
    child,
    () => killedAs,
    () => stderr,
  );
  if (child.pid !== undefined) void preferForOomKiller(child.pid);
  return {
    pid: child.pid ?? -1,
    died,
    get stderr() {
      return stderr;
    },
    grantFolder: (folder) => isolated.grantFolder(folder),
    limitData: (dataBytes) => isolated.limitData(dataBytes),
    send(id, request, tensors) {
      if (!socket.destroyed) writer.write(id, request, tensors);
    },
    onMessage: (next) => {
      listener = next;
    },
    kill: (death) => {
      killedAs ??= death;
      child.kill('SIGKILL');
    },
  };
}

function watchDeath(
  child: ChildProcess,
  killedAs: () => ExecutorDeath | undefined,
  stderr: () => string,
): Promise<ExecutorDeath> {
  return new Promise((resolve) => {
    child.on('error', (error) =>
      resolve({ kind: 'crashed', reason: `the executor could not be started: ${publicText(error)}` }),
    );
    child.on('exit', (status, signal) => resolve(killedAs() ?? explainExit(status, signal, stderr().trim())));
  });
}

function explainExit(status: number | null, signal: NodeJS.Signals | null, stderr: string): ExecutorDeath {
  if (status === outOfMemoryExit || /out of memory|bad_alloc/i.test(stderr)) {
    return { kind: 'out-of-memory', reason: 'out of memory: the model exceeded its memory limit' };
  }
  const how = signal === null ? `exited with status ${status}` : `was killed by signal ${signal}`;
  const hint =
    signal === 'SIGKILL' ? ' (sent by an operator or by the OOM killer of the kernel, not by the worker)' : '';
  const lastLine = publicMessage(stderr.split('\n').at(-1) ?? '', [dirname(entry), dirname(process.execPath)]);
  return { kind: 'crashed', reason: `the executor ${how}${hint}${lastLine === '' ? '' : `: ${lastLine}`}` };
}
