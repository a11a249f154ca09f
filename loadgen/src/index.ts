export { formatReport } from './format-report.js';
export { type LatencySummary } from './latency-histogram.js';
export { createSyntheticPayloads, readPayloads, type Payload, type PayloadOptions } from './payloads.js';
export { runLoad, type LoadClass, type LoadOptions } from './run-load.js';
export { type ClassReport } from './class-tally.js';
export { createTally, type LoadReport, type Outcome, type Tally } from './tally.js';
