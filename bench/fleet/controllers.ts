// Controller processes to measure, and their metrics.

import { fileURLToPath } from 'node:url';
import { v8FlagsOf } from '@pareto/core';
import { freePorts, startChild, waitFor, type Child } from '@pareto/testkit';
import { readMetrics, type Metrics } from '../../test/support/metrics.js';

export interface MeasuredController {
  readonly address: string;
  readonly child: Child;
  metrics(): Promise<Metrics>;
  /** Returns the delays of its event loop since the last call. */
  loopDelay(): Promise<LoopDelay>;
}

interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Arguments of Node that `deploy/README.md` advises for large fleets. */
const nodeArgs = [
  ...v8FlagsOf('controller'),
  '--max-semi-space-size=64',
  `--import=${new URL('loop-delay.mjs', import.meta.url).href}`,
];

const script = fileURLToPath(new URL('../../services/controller/dist/main.js', import.meta.url));

/**
 * Starts a controller and resolves when it is ready. With `profile`, it writes a CPU profile into that folder at its
 * exit.
 */
export async function startController(args: readonly string[], profile?: string): Promise<MeasuredController> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const node = [...nodeArgs, ...(profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile])];
  const ports = [
    '--port',
    String(port),
    '--metrics-port',
    String(metricsPort),
    '--log-level',
    'warn',
    '--lame-duck-ms',
    '0',
  ];
  const child = startChild(process.execPath, [...node, script, ...ports, ...args]);
  await waitFor(
    'the controller to start',
    async () => {
      if (!child.running) throw new Error(child.output);
      return (await fetch(`http://127.0.0.1:${metricsPort}/readyz`)).status === 200 ? true : undefined;
    },
    30_000,
  );
  return {
    address: `127.0.0.1:${port}`,
    child,
    metrics: () => scrape(`127.0.0.1:${metricsPort}`),
    loopDelay: () => readLoopDelay(child),
  };
}

async function readLoopDelay(child: Child): Promise<LoopDelay> {
  const printed = (): readonly string[] =>
    Array.from(child.output.matchAll(/^loop delay (.*)\n/gm), ([, json = '']) => json);
  const before = printed().length;
  child.kill('SIGUSR2');
  return JSON.parse(await waitFor('the delay of the event loop', () => printed()[before], 30_000)) as LoopDelay;
}

export async function scrape(address: string): Promise<Metrics> {
  return readMetrics(await (await fetch(`http://${address}/metrics`)).text());
}

/** Returns how often a controller lost the leadership. */
export const countLosses = (controllers: readonly MeasuredController[]): number =>
  controllers.reduce((sum, { child }) => sum + child.output.split('leadership lost').length - 1, 0);
