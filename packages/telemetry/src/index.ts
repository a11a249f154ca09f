export {
  createLogger,
  type LogFields,
  type LogFormat,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './logger.js';
export { privateInstruments, type Counter, type Gauge, type Histogram, type MetricsText } from './instruments.js';
export {
  createControllerMetrics,
  createRouterMetrics,
  createWorkerMetrics,
  type ControllerMetrics,
  type ExpiryGauge,
  type LimitMetrics,
  type RouterMetrics,
  type WorkerMetrics,
} from './catalogue.js';
export { byDecision, byPresence, byReplicaState } from './labels.js';
export { dashboardQueries, type DashboardQuery } from './dashboard-queries.js';
export { describeMetrics, type MetricDescription } from './describe-metrics.js';
export { parseTraceparent, type TraceParent } from './traceparent.js';
export { type Span, type SpanOptions, type Tracer, type TracerOptions } from './span.js';
export { createTracer } from './tracer.js';
