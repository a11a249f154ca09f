// Excludes candidates that do not meet the latency even when idle.

import { excessLatency, passes, type Criterion } from './criterion.js';

const code = 6;

export const tooSlow: Criterion = {
  ...{ name: 'too-slow', code, text: 'too slow' },
  shortfall: excessLatency,
};

export const codeOfIdle = (idleMs: number, latencyMs: number): number => (idleMs > latencyMs ? code : passes);
