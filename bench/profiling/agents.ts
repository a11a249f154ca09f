// The agents in the processes of a profiled run (`agent.mjs`), which connect to a socket of the benchmark.

import { chmod } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { createTempFolder } from '@pareto/testkit';
import type { AllocationProfile, CpuProfile } from './call-tree.js';
import type { Counts, Usage } from './counts.js';

/** Results of the instruments of an agent, by name. */
export interface Measured {
  readonly usage: Usage;
  readonly cpu: CpuProfile;
  readonly allocations: AllocationProfile;
  readonly counts: Counts;
}

export interface Agent {
  readonly pid: number;
  /** Starts an instrument. Returns a function that stops it and resolves with what it measured. */
  start<K extends keyof Measured>(instrument: K): Promise<() => Promise<Measured[K]>>;
}

export interface Agents extends AsyncDisposable {
  /** Environment of a process to profile. The processes that it starts are profiled too. */
  readonly env: Readonly<Record<string, string>>;
  /** Returns the agents of the processes that run now, by process id. */
  running(): ReadonlyMap<number, Agent>;
}

/** URL of the program of an agent. */
export const agentUrl: string = new URL('agent.mjs', import.meta.url).href;

/** Opens the socket. Every user can connect to it, because executors may run as users of their own. */
export async function openAgents(): Promise<Agents> {
  const folder = await createTempFolder();
  const path = folder.file('agents');
  const agents = new Map<number, Agent>();
  const server = createServer((socket) => accept(socket, agents));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  await Promise.all([chmod(folder.path, 0o755), chmod(path, 0o666)]);
  const url = new URL(agentUrl);
  url.searchParams.set('socket', path);
  return {
    env: { NODE_OPTIONS: `--import=${url.href}` },
    running: () => agents,
    async [Symbol.asyncDispose]() {
      server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

interface Message {
  /** Id of the process, in the first message. */
  readonly pid?: number;
  readonly result?: unknown;
  readonly error?: string;
}

function accept(socket: Socket, agents: Map<number, Agent>): void {
  let pid = 0;
  let settle: (message: Message) => void = () => undefined;
  const call = (command: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      settle = ({ result, error }) => (error === undefined ? resolve(result) : reject(new Error(error)));
      if (socket.destroyed) settle(ended);
      else socket.write(`${JSON.stringify(command)}\n`);
    });
  const lines = createInterface(socket).on('error', () => undefined); // 'close' follows
  lines.on('line', (line) => {
    const message = JSON.parse(line) as Message;
    if (message.pid === undefined) return settle(message);
    pid = message.pid;
    agents.set(pid, {
      pid,
      async start<K extends keyof Measured>(instrument: K) {
        await call({ start: instrument });
        return async () => (await call({})) as Measured[K];
      },
    });
  });
  socket.on('close', () => {
    agents.delete(pid);
    settle(ended);
  });
}

const ended: Message = { error: 'a process ended while it was profiled' };
