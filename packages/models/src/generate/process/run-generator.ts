// Rewrites a model in a separate process with limits on memory and time, since models may be larger or stranger than
// expected.

import { buffer, text } from 'node:stream/consumers';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { milliseconds, ParetoError, publicText, type Clock } from '@pareto/core';
import { environmentOnly, type IsolatedProcess, type Isolation } from '@pareto/isolation';
import type { Ranges } from '../rewrite/generator.js';
import type { GeneratorResult, GeneratorJob, GeneratorReply } from './generator-protocol.js';

export interface GenerationRequest {
  /** Path of the model's `.onnx` file. The graph has the paths of its external data. */
  readonly graph: string;
  /** Key of `generators`. */
  readonly recipe: string;
  /** `observe` writes the model whose outputs are the ranges that `rewrite` of the same recipe needs. */
  readonly phase: 'observe' | 'rewrite';
  /** Observed ranges. Those that are not finite are ignored. */
  readonly ranges?: Ranges;
  /** An existing empty folder for the files. */
  readonly folder: string;
}

export interface GenerationLimits {
  /**
   * Memory of the process in addition to that of an empty one. Four times the model's size is enough for any recipe.
   */
  readonly memoryBytes: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const entry = fileURLToPath(new URL('../../../dist/generate/process/generator-main.js', import.meta.url));
/** Memory that an empty process maps. */
const emptyBytes = 64 * 2 ** 20;
const outOfMemory = /out of memory|allocation failed|bad_alloc|ENOMEM/i;
/** Signals with which a Node process ends if an allocation fails. */
const outOfMemorySignals: ReadonlySet<NodeJS.Signals | null> = new Set([
  'SIGSEGV',
  'SIGABRT',
  'SIGTRAP',
  'SIGILL',
  'SIGBUS',
]);

/**
 * Runs a generator process. Throws `invalid-argument` for a problem of the model, `resource-exhausted` if the memory
 * limit was too low or the disk is full (for which `isDiskFull` returns true), `deadline-exceeded`, `cancelled`, and
 * `internal` if the process failed otherwise.
 */
export async function runGenerator(
  job: GenerationRequest,
  limits: GenerationLimits,
  clock: Clock,
  isolation: Isolation = environmentOnly,
): Promise<GeneratorResult> {
  limits.signal?.throwIfAborted();
  const generator = startProcess(limits.memoryBytes, isolation);
  let ended: ParetoError | undefined;
  const end = (error: ParetoError): void => {
    ended ??= error;
    generator.child.kill('SIGKILL');
  };
  const onAbort = (): void => end(new ParetoError('cancelled', `generating ${job.recipe} was cancelled`));
  limits.signal?.addEventListener('abort', onAbort, { once: true });
  using _timer = clock.after(milliseconds(limits.timeoutMs), () =>
    end(new ParetoError('deadline-exceeded', `generating ${job.recipe} took longer than ${limits.timeoutMs / 1000} s`)),
  );
  try {
    const result = await converse(generator, toJob(job));
    if (ended !== undefined) throw ended;
    return readReply(job, limits.memoryBytes, result);
  } finally {
    limits.signal?.removeEventListener('abort', onAbort);
  }
}

function startProcess(memoryBytes: number, isolation: Isolation): IsolatedProcess {
  const mebibytes = Math.max(16, Math.floor(memoryBytes / 2 ** 20));
  return isolation.start({
    script: entry,
    nodeFlags: [`--max-old-space-size=${mebibytes}`, '--no-warnings'],
    stdio: ['pipe', 'pipe', 'pipe'],
    dataBytes: Math.floor(memoryBytes) + emptyBytes,
  });
}

function toJob({ ranges = new Map(), ...job }: GenerationRequest): GeneratorJob {
  return { ...job, ranges: [...ranges].filter(([, [min, max]]) => Number.isFinite(min) && Number.isFinite(max)) };
}

/** The way in which a process ended. */
type Exit =
  | { readonly kind: 'not-started'; readonly error: Error }
  | { readonly kind: 'exited'; readonly status: number | null; readonly signal: NodeJS.Signals | null };

interface Ending {
  readonly exit: Exit;
  readonly reply: string;
  readonly stderr: string;
}

/** Sends the job and reads the reply. Resolves when the process has ended. */
async function converse(generator: IsolatedProcess, job: GeneratorJob): Promise<Ending> {
  const { child } = generator;
  const exit = new Promise<Exit>((resolve) => {
    child.on('error', (error) => resolve({ kind: 'not-started', error }));
    child.on('close', (status, signal) => resolve({ kind: 'exited', status, signal }));
  });
  child.stdin?.on('error', () => undefined); // The end of the process is reported instead.
  void generator.grantFolder(job.folder).then(() => child.stdin?.end(JSON.stringify(job)));
  const { stdout, stderr } = child;
  const reads = stdout === null || stderr === null ? [] : [text(stdout), buffer(stderr)];
  const [reply = '', errors = ''] = await Promise.all(reads);
  return { exit: await exit, reply: String(reply), stderr: errors.toString().trim() };
}

function readReply(
  { recipe, graph, folder }: GenerationRequest,
  memoryBytes: number,
  { exit, reply, stderr }: Ending,
): GeneratorResult {
  if (exit.kind === 'exited' && exit.status === 0 && reply !== '') {
    const parsed = JSON.parse(reply) as GeneratorReply;
    if (parsed.kind === 'failed') throw new ParetoError(parsed.code, parsed.message);
    if (parsed.kind === 'disk-full') throw diskFull(parsed.message);
    return parsed;
  }
  if (outOfMemory.test(stderr) || (exit.kind === 'exited' && outOfMemorySignals.has(exit.signal))) {
    const limit = Math.ceil(memoryBytes / 2 ** 20);
    throw new ParetoError(
      'resource-exhausted',
      `generating ${recipe} needed more than its memory limit of ${limit} MiB`,
    );
  }
  const why = /^\w*Error.*$/m.exec(stderr)?.[0] ?? stderr.split('\n').at(-1) ?? '';
  throw new ParetoError(
    'internal',
    `generating ${recipe} failed with ${describeExit(exit)}${why === '' ? '' : `: ${why}`}`,
    { paths: [dirname(graph), folder, dirname(entry)] },
  );
}

function describeExit(exit: Exit): string {
  if (exit.kind === 'not-started') return `a process that did not start: ${publicText(exit.error)}`;
  return exit.signal === null ? `exit status ${exit.status}` : `signal ${exit.signal}`;
}

/** Creates an error that `isDiskFull` recognises, like one of the system in this process. */
const diskFull = (message: string): ParetoError =>
  new ParetoError('resource-exhausted', message, { cause: Object.assign(new Error(message), { code: 'ENOSPC' }) });
