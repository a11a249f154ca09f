// Starts the process of the attackers, and has it run attacks.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Order } from './attacker.js';
import { type AttackReport } from './attacks/attack.js';
import { attackerEnvironment } from './wire/source.js';

export interface Attacker extends AsyncDisposable {
  run(order: Order): Promise<readonly AttackReport[]>;
}

const niceness = 19;
const script = fileURLToPath(new URL('attacker.ts', import.meta.url));

export function startAttacker(): Attacker {
  const env = { ...process.env, ...attackerEnvironment };
  const child = fork(script, { execArgv: ['--import=tsx'], serialization: 'advanced', env });
  // The attackers of a real cluster run on other machines.
  setPriority(child.pid ?? 0, niceness);
  const exited = once(child, 'exit');
  return {
    async run(order) {
      const ended = exited.then(() => Promise.reject(new Error(`the attacker ended during ${order.attacks.join()}`)));
      child.send(order);
      const [reports] = (await Promise.race([once(child, 'message'), ended])) as [readonly AttackReport[]];
      return reports;
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
