// A process of simulated workers and routers. Writes its state every 100 ms as a line of JSON, until it is killed.
//   simulate.ts NAME WORKERS ROUTERS TOKEN CONTROLLER...

import { createSeededRng, milliseconds, systemClock } from '@pareto/core';
import { createSimulatedRouter } from './simulated-router.js';
import { createSimulatedWorker } from './simulated-worker.js';

/** State of this process's part of the fleet. */
export interface Observation {
  readonly workers: number;
  readonly routers: number;
  /** Replicas on the workers. */
  readonly replicas: number;
  /** Ready replicas on the workers. */
  readonly ready: number;
  /** Minimum and maximum number of replicas in the routers' tables. */
  readonly minRows: number;
  readonly maxRows: number;
  /** Minimum number of variants with a replica in the routers' tables. */
  readonly variants: number;
  readonly deltas: number;
  readonly deltaBytes: number;
  readonly snapshots: number;
  readonly snapshotBytes: number;
}

const interruptionsPerSecond = 3;

const [name = 'a', workerCount = '1', routerCount = '1', token = '', ...addresses] = process.argv.slice(2);
const controllers = { addresses, token };
const rng = createSeededRng(name.charCodeAt(0));
const workers = Array.from({ length: Number(workerCount) }, (_, index) =>
  createSimulatedWorker(`worker-${name}${index}`, controllers, rng),
);
const routers = Array.from({ length: Number(routerCount) }, (_, index) =>
  createSimulatedRouter(`router-${name}${index}`, controllers, index === 0),
);

function observe(): Observation {
  const rows = routers.map(({ replicas }) => replicas);
  const [first] = routers;
  const none = { deltas: 0, deltaBytes: 0, snapshots: 0, snapshotBytes: 0 };
  return {
    workers: workers.filter(({ connected }) => connected).length,
    routers: routers.filter(({ connected }) => connected).length,
    replicas: workers.reduce((sum, { replicas }) => sum + replicas, 0),
    ready: workers.reduce((sum, { ready }) => sum + ready, 0),
    minRows: Math.min(...rows),
    maxRows: Math.max(...rows),
    variants: Math.min(...routers.map(({ variants }) => variants)),
    ...(first?.traffic ?? none),
  };
}

function interrupt(): void {
  workers[Math.floor(rng() * workers.length)]?.interrupt();
}

for (const each of [...routers, ...workers]) {
  await each.start();
  await systemClock.sleep(milliseconds(2));
}
for (let turn = 0; ; turn++) {
  process.stdout.write(`${JSON.stringify(observe())}\n`);
  if (turn % Math.round(10 / interruptionsPerSecond) === 0) interrupt();
  await systemClock.sleep(milliseconds(100));
}
