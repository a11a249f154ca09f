// CPU time and wake-ups of the services while nothing happens, with four and with six models loaded, and of a node.

import { readdirSync, readFileSync } from 'node:fs';
import { milliseconds, systemClock } from '@pareto/core';
import type { DigitModel } from '../test/support/digits.js';
import { startWarmDigits } from './digits-cluster.js';
import { cpuByRole, descendantsOf, type PathProcess } from './path/processes.js';
import { progress, startBenchmark, type Row } from './report.js';

/** Time until what a service does after a change has ended, such as the garbage collections of an idle process. */
const settleMs = milliseconds(20_000);
const windowMs = milliseconds(30_000);
/** A noisy measurement is repeated after 1, 2, 4 and 8 minutes. */
const maxWindows = 20;

const four: readonly DigitModel[] = ['mlp-tiny', 'mlp-small', 'cnn-small', 'cnn-medium'];
const six: readonly DigitModel[] = [...four, 'mlp-large', 'cnn-large'];

/** Returns how often the threads of a process have waited. */
function wakesOf({ pid }: PathProcess): number {
  const statuses = readdirSync(`/proc/${pid}/task`).map((task) =>
    readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'),
  );
  const counts = statuses.map((status) => Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function measure(models: readonly DigitModel[], nodes: 0 | 1 = 0): Promise<readonly Row[]> {
  await using started = await startWarmDigits(models, nodes);
  const { controller, router, workers } = started.cluster;
  const processes: readonly PathProcess[] = [
    { role: 'controller', pid: controller.child.pid },
    { role: nodes === 0 ? 'router' : 'node', pid: router.child.pid },
    ...(nodes === 0 ? workers : []).map(({ child }) => ({ role: 'worker front', pid: child.pid }) as const),
  ];
  const observe = () => ({ atMs: systemClock.now(), cpuMs: cpuByRole(processes), wakes: processes.map(wakesOf) });
  const measured = (): number => controller.logs().filter(({ message }) => message === 'measurement received').length;
  // A measurement may start and end in one window. Its processes are not there before and after it then.
  const work = (): string => [measured(), ...workers.flatMap(({ child }) => descendantsOf(child.pid))].join();
  const name = `${models.length} models${nodes === 0 ? '' : ' on a node'}`;
  progress(`${name}: idle for ${(settleMs + windowMs) / 1000} s`);
  await systemClock.sleep(settleMs);
  for (let window = 1; window <= maxWindows; window++) {
    const [workBefore, before] = [work(), observe()];
    await systemClock.sleep(windowMs);
    const after = observe();
    if (work() === workBefore) return rowsOf(name, processes, before, after);
    progress('a noisy measurement was repeated: measuring again');
  }
  throw new Error(`the workers were busy in ${maxWindows} windows: the machine is too noisy`);
}

interface Moment {
  readonly atMs: number;
  readonly cpuMs: ReturnType<typeof cpuByRole>;
  readonly wakes: readonly number[];
}

function rowsOf(of: string, processes: readonly PathProcess[], before: Moment, after: Moment): readonly Row[] {
  const ms = after.atMs - before.atMs;
  return processes.flatMap(({ role }, index): readonly Row[] => {
    const cpuMs = (after.cpuMs.get(role) ?? NaN) - (before.cpuMs.get(role) ?? NaN);
    const wakes = (after.wakes[index] ?? NaN) - (before.wakes[index] ?? NaN);
    const name = `${of}, ${role}`;
    return [
      { name: `${name}: share of a core`, value: (100 * cpuMs) / ms, unit: '%', reach: { below: 0.5 }, noise: 0.5 },
      { name: `${name}: wake-ups`, value: (1000 * wakes) / ms, unit: '/s', noise: 0.2 },
    ];
  });
}

const { report } = startBenchmark('idle');
report([...(await measure(four)), ...(await measure(six)), ...(await measure(four, 1))]);
