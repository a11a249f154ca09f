// A process that runs attacks, so that neither its sockets nor its event loop affect the bystanders of the test.
// Receives an `Order`, and answers with a report of each attack.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, type AttackReport } from './attacks/attack.js';
import { attacks } from './attacks/attacks.js';
import { type BystanderReport } from './bystander.js';
import { createTally } from './tally.js';
import { type Target } from './target.js';

export interface Order {
  /** Names of attacks, which run some at a time. */
  readonly attacks: readonly string[];
  readonly target: Target;
  readonly full: boolean;
  /** Time over which the attacks begin, at equal intervals. They follow immediately after each other if it is 0. */
  readonly spreadMs: number;
}

/** Number of attacks that run at the same time in short runs. At full length, each one is observed alone. */
const lanes = 3;

async function run(attack: Attack, { target, full }: Order): Promise<AttackReport> {
  const tally = createTally();
  const bystanders: BystanderReport[] = [];
  await attack.run({ target, tally, full, onBystander: (report) => void bystanders.push(report) });
  return { attack: attack.name, replies: tally.report(), bystanders };
}

async function runAll(order: Order): Promise<readonly AttackReport[]> {
  const waiting = attacks.filter(({ name }) => order.attacks.includes(name));
  const intervalMs = order.spreadMs / waiting.length;
  const reports: AttackReport[] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const until = performance.now() + intervalMs;
      reports.push(await run(next, order));
      await sleep(Math.max(0, until - performance.now()));
    }
  };
  await Promise.all(Array.from({ length: order.full ? 1 : lanes }, lane));
  return reports;
}

process.on('message', (order: Order) => {
  void runAll(order).then((reports) => process.send?.(reports));
});
process.once('disconnect', () => process.exit());
