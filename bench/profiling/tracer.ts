// Programs of the system that observe running processes: strace and perf.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { milliseconds, systemClock } from '@pareto/core';

export interface Tracer {
  readonly program: string;
  /** Debian package of the program. */
  readonly from: string;
  readonly args: readonly string[];
}

const attachMs = milliseconds(500);

/**
 * Starts a program that observes processes until it is interrupted. Returns a function that interrupts it and resolves
 * with its output on stderr. Throws if the program is not installed or cannot observe the processes.
 */
export async function startTracer({ program, from, args }: Tracer): Promise<() => Promise<string>> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const output = text(child.stderr);
  const ended = once(child, 'close').catch(() => undefined);
  const isEarly = await Promise.race([ended.then(() => true), systemClock.sleep(attachMs).then(() => false)]);
  if (child.pid === undefined) throw new Error(`${program} is not installed; run "apt-get install ${from}"`);
  if (isEarly)
    throw new Error(`${program} cannot observe the processes; run as root. It says: ${(await output).trim()}`);
  return async () => {
    child.kill('SIGINT');
    await ended;
    return await output;
  };
}
