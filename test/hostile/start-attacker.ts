// Starts the process of the attackers, and has it run attacks.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Order } from './attacker.js';
import { type AttackReport } from './attacks/attack.js';
import { attackerEnvironment } from './wire/source.js';

export interface Attacker extends AsyncDisposable {
  run(order: Order): Promise<readonly AttackReport[]>;
}

/** Runs a command with the lowest priority: the attackers of a real cluster run on other machines. */
const nice = ['-n', '19', process.execPath];
const script = fileURLToPath(new URL('attacker.ts', import.meta.url));

export function startAttacker(): Attacker {
  const env = { ...process.env, ...attackerEnvironment };
  const execArgv = [...nice, '--import=tsx'];
  const child = fork(script, { execPath: 'nice', execArgv, serialization: 'advanced', env });
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
