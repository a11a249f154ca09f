export { formatReport } from './format-report.js';
export { createSyntheticPayloads, readPayloads, type Payload, type PayloadOptions } from './payloads.js';
export { runLoad, type LoadOptions } from './run-load.js';
export { createTally, type LatencySummary, type LoadReport, type Outcome, type Tally } from './tally.js';
