// One window of a subject under load: requests, latencies and CPU time between two moments.

import { milliseconds, systemClock } from '@pareto/core';
import type { LoggedRequest } from './h2load-output.js';
import { startH2load } from './h2load.js';
import type { Path, Subject } from './path.js';
import { cpuByRole, type Role } from './processes.js';
import type { Window } from './round.js';

export interface WindowOptions {
  readonly inFlight: number;
  readonly perSecond?: number;
  /** Time under load before the window. */
  readonly warmMs: number;
  readonly windowMs: number;
}

/** Time in which h2load starts and connects. */
const startMs = 50;
/** Times by which a timer of this process may be late. A busy machine needs the longer ones. */
const latenessMs = [100, 200, 400, 800, 1_600];

/** Sends requests for somewhat longer than the window, so that its first and last moment are under load too. */
export async function measureWindow(path: Path, subject: Subject, options: WindowOptions): Promise<Window> {
  for (const lateMs of latenessMs) {
    const window = await tryWindow(path, subject, { ...options, lateMs });
    if (window !== undefined) return window;
  }
  throw new Error(`the machine is too busy to measure: timers were late by more than ${latenessMs.at(-1)} ms`);
}

/** Measures a window. Undefined if the load ended before the window. */
async function tryWindow(
  path: Path,
  { targets, answerBytes }: Subject,
  { inFlight, perSecond, warmMs, windowMs, lateMs }: WindowOptions & { readonly lateMs: number },
): Promise<Window | undefined> {
  const used = targets.slice(0, inFlight);
  const forMs = startMs + warmMs + windowMs + lateMs;
  const endsAt = systemClock.wallMs() + forMs;
  const loads = used.map((target, index) =>
    startH2load({
      ...{ ...target, answerBytes, perSecond, bodyFile: path.bodyFile, logFile: path.file(`requests-${index}.log`) },
      ...{ inFlight: inFlight / used.length, forMs },
    }),
  );
  const observe = (): Moment => ({
    atUs: systemClock.wallMs() * 1000,
    cpuMs: cpuByRole([...path.processes(), ...loads.map(({ pid }) => ({ role: 'client', pid }) as const)]),
  });
  const observeWindow = async (): Promise<readonly [Moment, Moment] | undefined> => {
    await systemClock.sleep(milliseconds(startMs + warmMs));
    if (systemClock.wallMs() >= endsAt) return undefined;
    const from = observe();
    await systemClock.sleep(milliseconds(windowMs));
    return systemClock.wallMs() < endsAt ? [from, observe()] : undefined;
  };
  const [moments, logs] = await Promise.all([observeWindow(), Promise.all(loads.map(({ requests }) => requests))]);
  return moments && windowOf(moments, logs.flat());
}

function windowOf([from, until]: readonly [Moment, Moment], requests: readonly LoggedRequest[]): Window {
  const answered = requests.filter(({ endedAtUs }) => endedAtUs >= from.atUs && endedAtUs < until.atUs);
  const cpuMs = Array.from(until.cpuMs, ([role, ms]) => [role, ms - (from.cpuMs.get(role) ?? 0)] as const);
  return {
    rate: (1e6 * answered.length) / (until.atUs - from.atUs),
    latenciesMs: Float64Array.from(answered, ({ tookUs }) => tookUs / 1000).toSorted(),
    startsMs: Float64Array.from(answered, ({ endedAtUs, tookUs }) => (endedAtUs - tookUs) / 1000).toSorted(),
    cpuMs: new Map(cpuMs),
  };
}

interface Moment {
  readonly atUs: number;
  readonly cpuMs: ReadonlyMap<Role, number>;
}
