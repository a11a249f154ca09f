// The passes of a profile, in order. Each measures one thing, under load of its own, because counting slows processes.

import { errorText } from '@pareto/core';
import type { Role } from '../path/processes.js';
import type { Agent, Measured } from './agents.js';
import { allocationCalls, cpuCalls, type Call, type CallFrame } from './call-tree.js';
import { javascriptCounts, placeCounts, systemCallCounts, usageCounts, type Count } from './counts.js';
import { sampleCpu } from './cpu-places.js';
import { createFlame, type Flame } from './flame.js';
import { createSourceFinder, describeFrame, type Frame } from './frames.js';
import { countSystemCalls } from './system-calls.js';

/** The processes of a role. */
export interface Group {
  readonly role: Role;
  readonly agents: readonly Agent[];
}

export interface NamedFlame {
  readonly name: 'CPU time' | 'allocations';
  readonly unit: 'µs' | 'B';
  readonly flame: Flame;
}

/** Result of a pass for a group. */
export interface Findings {
  readonly counts?: readonly Count[];
  readonly flames?: readonly NamedFlame[];
  /** Reason why the pass could not measure anything. */
  readonly missing?: string;
}

/** Starts measuring. Returns a function that stops it after a number of requests and resolves with what it found. */
export type Pass = (group: Group) => Promise<(requests: number) => Promise<Findings>>;

/** Creates the passes. `fileOf` returns the path of a temporary file. */
export function createPasses(fileOf: (name: string) => string): readonly Pass[] {
  const findSource = createSourceFinder();
  const describe = (callFrame: CallFrame): Frame => describeFrame(callFrame, findSource);
  const withFlame = <K extends keyof Measured>(
    instrument: K,
    what: Omit<NamedFlame, 'flame'>,
    callsOf: (result: Measured[K]) => Call,
  ): Pass =>
    withAgents(instrument, (results, requests, role) => {
      const flame = createFlame(results.map(callsOf), { name: role, requests, describe });
      return { flames: [{ ...what, flame }] };
    });
  return [
    withAgents('usage', (usages, requests) => ({ counts: usageCounts(usages, requests) })),
    withTracer('CPU time by place', (pids, role) => sampleCpu(pids, fileOf(`${role}.perf`)), placeCounts),
    // What follows changes how V8 compiles the code.
    withFlame('cpu', { name: 'CPU time', unit: 'µs' }, cpuCalls),
    withFlame('allocations', { name: 'allocations', unit: 'B' }, allocationCalls),
    withAgents('counts', (counts, requests) => ({ counts: javascriptCounts(counts, requests) })),
    withTracer('system calls', countSystemCalls, systemCallCounts),
  ];
}

/** Creates a pass with an instrument of the agents. */
const withAgents =
  <K extends keyof Measured>(
    instrument: K,
    read: (results: readonly Measured[K][], requests: number, role: Role) => Findings,
  ): Pass =>
  async ({ agents, role }) => {
    const stops = await Promise.all(agents.map((agent) => agent.start(instrument)));
    return async (requests) => read(await Promise.all(stops.map((stop) => stop())), requests, role);
  };

/** Creates a pass with a program that not every system has. */
const withTracer =
  <T>(
    what: string,
    start: (pids: readonly number[], role: Role) => Promise<() => Promise<T>>,
    read: (result: T, requests: number) => readonly Count[],
  ): Pass =>
  async ({ agents, role }) => {
    try {
      const stop = await start(
        agents.map(({ pid }) => pid),
        role,
      );
      return async (requests) => ({ counts: read(await stop(), requests) });
    } catch (error) {
      return () => Promise.resolve({ missing: `${what}: ${errorText(error)}` });
    }
  };
