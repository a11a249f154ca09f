// Starts the solver's process, and follows it until its end.

import { fileURLToPath } from 'node:url';
import { milliseconds, publicText, type Clock } from '@pareto/core';
import { isOutOfMemory, type Isolation } from '@pareto/isolation';
import type { SolveOutcome } from '../program/outcome.js';
import type { SolveRequest, SolverReply } from './messages.js';

export interface SolverProcess {
  readonly hasEnded: boolean;
  /** Resolves when the process can solve programs, or has ended. */
  readonly ready: Promise<void>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  /** Solves a program. Resolves with what ended the process if it ends before it replies. */
  solve(request: SolveRequest): Promise<SolveOutcome>;
  kill(): void;
}

export interface SolverProcessOptions {
  readonly isolation: Isolation;
  readonly clock: Clock;
  /** Limit of the data of the process. */
  readonly memoryBytes: number;
}

const script = fileURLToPath(new URL('../../dist/process/solver-main.js', import.meta.url));
/** Time of a start on a busy machine. It takes .2 s on an idle one. */
const startTimeoutMs = 60_000;
/** Time that HiGHS gets to stop by itself at a limit, so that the incumbent is not lost. */
const graceMs = 2_000;
const stderrKept = 20_000;

export function startSolverProcess({ isolation, clock, memoryBytes }: SolverProcessOptions): SolverProcess {
  const isolated = isolation.start({
    script,
    nodeFlags: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    dataBytes: memoryBytes,
  });
  const { child } = isolated;
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-stderrKept)));
  let hasEnded = false;
  let killedAs: SolveOutcome | undefined;
  let usedCpuMs = 0;
  let onReply: (reply: SolverReply) => void = () => undefined;
  child.on('message', (reply: SolverReply) => onReply(reply));
  const nextReply = (): Promise<SolverReply> => new Promise((resolve) => (onReply = resolve));
  const exit = new Promise<SolveOutcome>((resolve) => {
    child.on('error', (error) => resolve({ status: 'failed', reason: publicText(error) }));
    child.on('close', (code, signal) => resolve(describeExit(code, signal)));
  });
  const ended = exit.then(() => {
    hasEnded = true;
  });

  function describeExit(code: number | null, signal: NodeJS.Signals | null): SolveOutcome {
    if (killedAs !== undefined) return killedAs;
    if (signal === 'SIGXCPU') return { status: 'out-of-time', limit: 'cpu' };
    if (isOutOfMemory(signal, stderr)) return { status: 'out-of-memory', memoryBytes };
    if (signal !== null) return { status: 'killed', signal };
    const why = /^\w*Error.*$/m.exec(stderr)?.[0] ?? 'no error was printed';
    return { status: 'failed', reason: `the process of the solver exited with status ${code}: ${why}` };
  }

  /** Waits for a reply. If there is none in time, kills the process and resolves with `outcome`. */
  async function replyWithin(timeoutMs: number, outcome: SolveOutcome): Promise<SolverReply | SolveOutcome> {
    using _timer = clock.after(milliseconds(timeoutMs), () => {
      killedAs = outcome;
      child.kill('SIGKILL');
    });
    return await Promise.race([nextReply(), exit]);
  }

  const notStarted = `the process of the solver did not start within ${startTimeoutMs / 1000} s`;
  const ready = replyWithin(startTimeoutMs, { status: 'failed', reason: notStarted }).then(() => undefined);
  return {
    get hasEnded() {
      return hasEnded;
    },
    ready,
    ended,
    async solve(request) {
      if (hasEnded) return await exit;
      const reply = replyWithin(request.wallMs + graceMs, { status: 'out-of-time', limit: 'wall' });
      child.send(request, () => undefined); // The end of the process is reported instead.
      // A linear program has nothing to lose.
      const cpuGraceMs = request.model.integrality === undefined ? 0 : graceMs;
      void isolated.limitCpu(Math.ceil((usedCpuMs + request.cpuMs + cpuGraceMs) / 1000));
      const answer = await reply;
      if (!('kind' in answer)) return answer;
      if (answer.kind !== 'solved') {
        hasEnded = true; // It exits by itself.
        return { status: 'out-of-memory', memoryBytes };
      }
      usedCpuMs = answer.totalCpuMs;
      return answer.outcome;
    },
    kill: () => child.kill('SIGKILL'),
  };
}
