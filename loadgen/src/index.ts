export { formatReport } from './report/format-report.js';
export { formatHtml, type RunDescription } from './html/format-html.js';
export { createSyntheticPayloads, readPayloads, type Payload, type PayloadOptions } from './payloads.js';
export { type ClosedLoop } from './load/closed-loop.js';
export { type OpenLoop } from './load/open-loop.js';
export { quantile95 } from './compare/student-t.js';
export { createPreciseClock } from './load/precise-clock.js';
export { runLoad, type LoadClass, type LoadOptions } from './load/run-load.js';
export {
  type ArrivalSettings,
  type LoadSettings,
  type LoopSettings,
  type QuerySettings,
  type TlsSettings,
  type TraceSettings,
} from './settings/load-settings.js';
export { addCounts, quantileMs, type LatencyCount } from './tally/latency-tally.js';
export { type LatencyPercentile, type LatencySummary } from './tally/latency-histogram.js';
export {
  type ClassReport,
  type FailureCount,
  type IntervalClass,
  type IntervalReport,
  type LoadReport,
  type SenderReport,
  type VariantCount,
} from './tally/load-report.js';
export { type Outcome } from './tally/outcome.js';
export { type LoadRun } from './tally/load-run.js';
