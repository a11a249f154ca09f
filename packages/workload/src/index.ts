export { type ArrivalKind, type ArrivalProcess } from './arrivals/arrival-process.js';
export { drawArrivals, planArrivals } from './arrivals/plan-arrivals.js';
export { type ConstantArrivals } from './arrivals/constant.js';
export { type DiurnalArrivals } from './arrivals/diurnal.js';
export { type GammaArrivals } from './arrivals/gamma.js';
export { type PoissonArrivals } from './arrivals/poisson.js';
export { type StepArrivals } from './arrivals/step.js';
export { lengthOf, replayTrace, type Trace, type TraceArrivals } from './arrivals/trace.js';
export { planQueries, type QueryPlan } from './queries/plan-queries.js';
export { type QueryClass } from './queries/query-class.js';
export { mergeStreams, type MergedArrival } from './arrivals/merge-streams.js';
export { arrivalsOf, cutTrace, type TimeRange } from './traces/cut-trace.js';
export { parseTrace } from './traces/parse-trace.js';
export { planWindows, type WindowOptions } from './traces/plan-windows.js';
export {
  cutPart,
  generatedTraceNames,
  generateTracePart,
  readTracePart,
  recordedTraceNames,
  seeds,
  traceFile,
  type DataUse,
  type GeneratedTraceName,
  type RecordedTraceName,
  type TracePart,
} from './traces/trace-parts.js';
export { type QueryStream } from './queries/query-stream.js';
export { createStandardStreams, type StandardTask } from './standard/standard-streams.js';
