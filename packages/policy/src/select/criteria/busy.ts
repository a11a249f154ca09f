// Excludes candidates that meet the latency when idle, but not with their current queue.

import { excessLatency, passes, type Criterion } from './criterion.js';

const code = 3;

export const busy: Criterion = {
  ...{ name: 'busy', code, text: 'too busy' },
  shortfall: excessLatency,
};

export const codeOfLatency = (admittedMs: number, latencyMs: number): number =>
  admittedMs > latencyMs ? code : passes;
