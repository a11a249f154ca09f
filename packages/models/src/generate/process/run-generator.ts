// Rewrites a model in a process of its own, held within memory and time: a model may be larger, or stranger, than expected.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { Ranges } from '../rewrite/generator.js';
import type { GeneratorResult, GeneratorJob, GeneratorReply } from './generator-protocol.js';

export interface GenerationRequest {
  /** Path of the model's `.onnx` file; its external data lies where the graph says. */
  readonly graph: string;
  /** A key of `generators`. */
  readonly recipe: string;
  /** `observe` makes the model whose outputs are the ranges that `rewrite` of the same recipe wants. */
  readonly phase: 'observe' | 'rewrite';
  /** Of what was observed; those that aren't finite are left out. */
  readonly ranges?: Ranges;
  /** Where the files are written. It is there, and empty. */
  readonly folder: string;
}

export interface GenerationLimits {
  /** Of the process, over what an empty one takes. Four times the model's size is enough for any recipe. */
  readonly memoryBytes: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const entry = fileURLToPath(new URL('../../../dist/generate/process/generator-main.js', import.meta.url));
const setpriv = '/usr/bin/setpriv';
const prlimit = '/usr/bin/prlimit';
/** What an empty process has mapped. */
const emptyBytes = 64 * 2 ** 20;
const outOfMemory = /out of memory|allocation failed|bad_alloc|ENOMEM/i;
/** How a process of JavaScript alone ends when memory that it needs is refused. */
const outOfMemorySignals: ReadonlySet<NodeJS.Signals | null> = new Set([
  'SIGSEGV',
  'SIGABRT',
  'SIGTRAP',
  'SIGILL',
  'SIGBUS',
]);

/**
 * Throws `invalid-argument` when the model is at fault, `resource-exhausted` when the limit on memory was too low or the disk is
 * full (`isDiskFull` tells which), `deadline-exceeded`, `cancelled`, and `internal` when the process ended in another way.
 */
export async function runGenerator(
  job: GenerationRequest,
  limits: GenerationLimits,
  clock: Clock,
): Promise<GeneratorResult> {
  limits.signal?.throwIfAborted();
  const child = startProcess(limits.memoryBytes);
  let ended: ParetoError | undefined;
  const end = (error: ParetoError): void => {
    ended ??= error;
    child.kill('SIGKILL');
  };
  const onAbort = (): void => end(new ParetoError('cancelled', `making ${job.recipe} was called off`));
  limits.signal?.addEventListener('abort', onAbort, { once: true });
  using _timer = clock.after(milliseconds(limits.timeoutMs), () =>
    end(new ParetoError('deadline-exceeded', `making ${job.recipe} took more than ${limits.timeoutMs / 1000} s`)),
  );
  try {
    const result = await converse(child, toJob(job));
    if (ended !== undefined) throw ended;
    return readReply(job.recipe, limits.memoryBytes, result);
  } finally {
    limits.signal?.removeEventListener('abort', onAbort);
  }
}

/** Where the system can, the kernel ends it when its parent ends, and refuses it more memory than its limit. */
function startProcess(memoryBytes: number): ChildProcess {
  const mebibytes = Math.max(16, Math.floor(memoryBytes / 2 ** 20));
  const command = [process.execPath, `--max-old-space-size=${mebibytes}`, '--no-warnings', entry];
  if (existsSync(prlimit)) command.unshift(prlimit, `--data=${Math.floor(memoryBytes) + emptyBytes}`);
  if (existsSync(setpriv)) command.unshift(setpriv, '--pdeathsig', 'KILL', '--');
  const [file = process.execPath, ...args] = command;
  return spawn(file, args, { env: {}, stdio: ['pipe', 'pipe', 'pipe'] });
}

function toJob({ ranges = new Map(), ...job }: GenerationRequest): GeneratorJob {
  return { ...job, ranges: [...ranges].filter(([, [min, max]]) => Number.isFinite(min) && Number.isFinite(max)) };
}

/** How a process ended. */
type Exit =
  | { readonly kind: 'not-started'; readonly error: Error }
  | { readonly kind: 'exited'; readonly status: number | null; readonly signal: NodeJS.Signals | null };

interface Ending {
  readonly exit: Exit;
  readonly reply: string;
  readonly stderr: string;
}

/** Resolves when the process is gone. */
async function converse(child: ChildProcess, job: GeneratorJob): Promise<Ending> {
  const exit = new Promise<Exit>((resolve) => {
    child.on('error', (error) => resolve({ kind: 'not-started', error }));
    child.on('close', (status, signal) => resolve({ kind: 'exited', status, signal }));
  });
  child.stdin?.on('error', () => undefined); // its end is told by the process's
  child.stdin?.end(JSON.stringify(job));
  const { stdout, stderr } = child;
  const reads = stdout === null || stderr === null ? [] : [text(stdout), buffer(stderr)];
  const [reply = '', errors = ''] = await Promise.all(reads);
  return { exit: await exit, reply: String(reply), stderr: errors.toString().trim() };
}

function readReply(recipe: string, memoryBytes: number, { exit, reply, stderr }: Ending): GeneratorResult {
  if (exit.kind === 'exited' && exit.status === 0 && reply !== '') {
    const parsed = JSON.parse(reply) as GeneratorReply;
    if (parsed.kind === 'failed') throw new ParetoError(parsed.code, parsed.message);
    if (parsed.kind === 'disk-full') throw diskFull(parsed.message);
    return parsed;
  }
  if (outOfMemory.test(stderr) || (exit.kind === 'exited' && outOfMemorySignals.has(exit.signal))) {
    const limit = Math.ceil(memoryBytes / 2 ** 20);
    throw new ParetoError('resource-exhausted', `making ${recipe} took more memory than its limit of ${limit} MiB`);
  }
  const why = /^\w*Error.*$/m.exec(stderr)?.[0] ?? stderr.split('\n').at(-1) ?? '';
  throw new ParetoError('internal', `making ${recipe} ended by ${describeExit(exit)}${why === '' ? '' : `: ${why}`}`);
}

function describeExit(exit: Exit): string {
  if (exit.kind === 'not-started') return `not starting: ${exit.error.message}`;
  return exit.signal === null ? `exit status ${exit.status}` : `signal ${exit.signal}`;
}

/** An error that `isDiskFull` recognises, as if the system had reported it in this process. */
const diskFull = (message: string): ParetoError =>
  new ParetoError('resource-exhausted', message, { cause: Object.assign(new Error(message), { code: 'ENOSPC' }) });
