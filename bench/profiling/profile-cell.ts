// The profile of a cell: all passes over the processes of the path, each role apart.

import { milliseconds, systemClock } from '@pareto/core';
import type { Cell } from '../path/form.js';
import type { Path } from '../path/path.js';
import type { PathProcess, Role } from '../path/processes.js';
import type { Agents } from './agents.js';
import { startClient } from './client.js';
import { createPasses, type Findings, type Group } from './passes.js';
import type { CellProfile } from './profile.js';

const roles: readonly Role[] = ['client', 'router', 'worker front', 'executors'];
/** V8 compiles what runs often in this time. */
const warmMs = milliseconds(10_000);
const passMs = milliseconds(5_000);

/** Sends the requests of a cell, and measures them in passes. The processes of the path have agents. */
export async function profileCell(path: Path, { name, inFlight }: Cell, agents: Agents): Promise<CellProfile> {
  await using client = await startClient(path, inFlight, agents.env);
  await systemClock.sleep(warmMs);
  if (!client.running) throw new Error(`the load generator exited: ${client.output}`);
  const groups = groupsOf([{ role: 'client', pid: client.pid }, ...path.processes()], agents);
  const found: (Findings & { readonly role: Role })[] = [];
  const counts: number[] = [];
  for (const start of createPasses(path.file)) {
    const started = await Promise.all(groups.map(async (group) => ({ role: group.role, stop: await start(group) })));
    const before = await path.answered();
    await systemClock.sleep(passMs);
    const requests = (await path.answered()) - before;
    for (const { role, stop } of started) found.push({ role, ...(await stop(requests)) });
    counts.push(requests);
  }
  await path.checkReplicas();
  return {
    ...{ name, rate: (1000 * (counts[0] ?? NaN)) / passMs },
    roles: roles.map((role) => {
      const own = found.filter((findings) => findings.role === role);
      return {
        role,
        counts: own.flatMap(({ counts = [] }) => counts),
        flames: own.flatMap(({ flames = [] }) => flames),
      };
    }),
    missing: [...new Set(found.flatMap(({ missing = [] }) => missing))],
  };
}

/** Returns the processes of each role. Throws if a role has none. */
const groupsOf = (processes: readonly PathProcess[], agents: Agents): readonly Group[] =>
  roles.map((role) => {
    const own = processes.flatMap((process) =>
      process.role === role ? (agents.running().get(process.pid) ?? []) : [],
    );
    if (own.length === 0) throw new Error(`no process with the role ${role} can be profiled`);
    return { role, agents: own };
  });
