export { createTempFolder, type TempFolder } from './temp-folder.js';
export { briefPauseMs, waitFor } from './wait-for.js';
export { freePorts } from './free-ports.js';
export { startChild, type Child, type ChildOptions, type Exit } from './child.js';
export { createFastClock } from './fast-clock.js';
export { createHurriedClock } from './hurried-clock.js';
export { createManualClock, type ManualClock } from './manual-clock.js';
export {
  onnxType,
  writeModel,
  type Attribute,
  type Dim,
  type Graph,
  type Initializer,
  type Node,
  type Value,
} from './onnx-writer.js';
export {
  endlessModel,
  fixedBatchModel,
  greedyModel,
  hungryModel,
  loopModel,
  matrixModel,
  outlierModel,
  pickyModel,
  rootModel,
  outdatedModel,
} from './models.js';
export { openModelSession, type ModelSession, type TensorBytes } from './model-session.js';
export { noBrowser, openBrowser, type BrowserPages } from './browser-pages.js';
export { pathsIn } from './paths-in.js';
export { floats, longs, writeNpy, writeNpz, type NpyArray } from './npz-writer.js';
export {
  buildAccuracy,
  buildArchitecture,
  buildManifest,
  buildMeasuredResult,
  buildPoint,
  buildProfile,
  buildTask,
  buildVariant,
  buildVariantSpec,
} from './build-registry.js';
export { buildHardwareClass, buildReplicaReport, buildSlotGroup, buildWorkerInfo } from './build-fleet.js';
export { buildCandidate, buildReplicaRoute, buildRoutingTable, buildTargetEntry } from './build-table.js';
export { buildSelectionRule, buildWarmthRule } from './build-rule.js';
export { createTraceCollector, type CollectedSpan, type TraceCollector } from './trace-collector.js';
export { judgeRow, type JudgedRow, type Reach, type Row } from './runs/rows.js';
export { compareWithBaseline, type ComparedRow } from './runs/compare-with-baseline.js';
export { readRun, startRun, writeRun, type Run, type RunContext } from './runs/run.js';
export { formatRun } from './runs/format-run.js';
export { fetchNpmPackage, type FetchedPackage } from './npm-package.js';
export { fetchTool, goFlags, goVariables, type Tool, type ToolName } from './tools.js';
export { mixingLayers, openLayers, rowGraph, rowwiseLayers, rowWidth, type RowLayer } from './row-graphs.js';
export { findSoftwareGpu, type SoftwareGpu } from './software-gpu.js';
export { createTcpProxy, type Direction, type TcpProxy } from './tcp-proxy.js';
export { missingEtcd, startEtcd, type Etcd, type EtcdOptions, type EtcdVersion } from './etcd/etcd.js';
export type { EtcdNode } from './etcd/etcd-node.js';
export type { EtcdGateway, EtcdTls } from './etcd/etcd-gateway.js';
export { missingS3Server, startS3Server, type S3Server } from './s3-server.js';
export {
  createTestAuthority,
  writeCertificates,
  type IssuedCertificate,
  type IssueOptions,
  type TestAuthority,
} from './certificates.js';
export { http2Frame } from './http2-frame.js';
