// The solver's process: solves one program at a time at the lowest priority. Its parent enforces the limits.

import { setPriority } from 'node:os';
import loadHighs from 'highs';
import type { SolveRequest, SolverReply } from './messages.js';
import { solve, totalCpuMs } from './solve.js';

/** The part of WebAssembly that is used here: the library of types for Node has none of it. */
declare const WebAssembly: { readonly Memory: { readonly prototype: WebAssemblyMemory } };

interface WebAssemblyMemory {
  grow: (pages: number) => number;
}

setPriority(19);
// Ctrl-C in a terminal reaches all processes of the command. The parent decides about the end of this one.
process.on('SIGINT', () => undefined);
const growth = observeGrowth();
// The types describe the CommonJS form of the package, and Node imports its ES module.
const highs = await (loadHighs as unknown as typeof loadHighs.default)();
process.on('message', (request: SolveRequest) => reply(request));
send({ kind: 'ready' });

function reply(request: SolveRequest): void {
  try {
    send({ kind: 'solved', outcome: solve(highs, request), totalCpuMs: totalCpuMs() });
  } catch (error) {
    if (!growth.hasFailed) throw error;
    send({ kind: 'out-of-memory' }, () => process.exit());
  }
}

function send(message: SolverReply, onSent?: () => void): void {
  process.send?.(message, undefined, undefined, onSent);
}

/** Observes whether WebAssembly was denied memory: HiGHS then ends with an error that does not say so. */
function observeGrowth(): { readonly hasFailed: boolean } {
  const observed = { hasFailed: false };
  const { prototype } = WebAssembly.Memory;
  prototype.grow = new Proxy(prototype.grow, {
    apply(grow, memory, args) {
      try {
        return Reflect.apply(grow, memory, args) as number;
      } catch (error) {
        observed.hasFailed = true;
        throw error;
      }
    },
  });
  return observed;
}
