// A scenario with a fault of each kind.

import type { Fault } from '../../../src/scenario/fault.js';
import type { Scenario } from '../../../src/scenario/scenario.js';
import { poisson } from '../../support/scenario.js';
import { profileOn, variant, workersOn } from './small-cluster.js';
import { smallScenario, steadyStream } from './small-scenario.js';

const variants = [
  variant('small', 0.7, [profileOn('cpu', { 1: 10, 8: 60 }), profileOn('t4', { 1: 3, 8: 10 })]),
  variant('large', 0.9, [profileOn('cpu', { 1: 80, 8: 600 }), profileOn('t4', { 1: 10, 8: 50 })]),
];
const fleet = {
  classes: [
    { name: 'cpu', usdPerSlotHour: 0.05 },
    { name: 't4', usdPerSlotHour: 0.5 },
  ],
  workers: [workersOn('cpu', 3, 2), workersOn('t4', 2, 1)],
};
const streams = [
  { ...steadyStream(100, []), arrivals: poisson(60) },
  { ...steadyStream(500, [], 0.8), arrivals: poisson(20) },
];
const faults: readonly Fault[] = [
  { kind: 'worker-fails', atMs: 5_000, worker: 'w0' },
  { kind: 'executor-dies', atMs: 8_000, worker: 'w3' },
  { kind: 'worker-hangs', atMs: 9_000, worker: 'w1' },
  { kind: 'worker-leaves', atMs: 10_000, worker: 'w4' },
  { kind: 'worker-joins', atMs: 12_000, worker: 'w9', of: { hardwareClass: 't4', slots: 1, memoryMib: 8_192 } },
  { kind: 'slow-service', atMs: 14_000, untilMs: 16_000, factor: 3 },
];
export const faultyScenario: Scenario = { ...smallScenario(variants, fleet, streams, 20_000), faults };
