// Runs a model in ONNX Runtime alone, on one thread, whenever the parent process sends a `RawOrder`:
// `raw-loop.ts MODEL SHAPE`, with the shape of its input x as JSON.

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { milliseconds, percentile, systemClock } from '@pareto/core';
import { inputOf } from './input-of.js';

export interface RawOrder {
  readonly batch: number;
  readonly forMs: number;
  /** Interval between the starts of runs. 0 runs them back to back. */
  readonly intervalMs: number;
}

export interface RawReply {
  readonly itemsPerSecond: number;
  /** Median time of a run. */
  readonly runMs: number;
  /** Time of each run, if they were not back to back. */
  readonly runsMs: readonly number[];
}

const [model = '', shape = '[]'] = process.argv.slice(2);
const [, ...item] = JSON.parse(shape) as readonly number[];
const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });

async function obey({ batch, forMs, intervalMs }: RawOrder): Promise<RawReply> {
  const dims = [batch, ...item];
  const feeds = { x: new Tensor('float32', inputOf(dims), dims) };
  const runsMs: number[] = [];
  const start = systemClock.now();
  let now: number = start;
  while (now < start + forMs) {
    await session.run(feeds);
    const ended = systemClock.now();
    runsMs.push(ended - now);
    now = ended;
    if (intervalMs === 0) continue;
    await systemClock.sleep(milliseconds(Math.max(0, start + runsMs.length * intervalMs - now)));
    now = systemClock.now();
  }
  const runMs = percentile(Float64Array.from(runsMs).toSorted(), 0.5);
  const itemsPerSecond = (1000 * batch * runsMs.length) / (now - start);
  return { itemsPerSecond, runMs, runsMs: intervalMs === 0 ? [] : runsMs };
}

process.on('message', (order: RawOrder) => void obey(order).then((reply) => process.send?.(reply)));
process.on('disconnect', () => process.exit());
process.send?.('ready');
