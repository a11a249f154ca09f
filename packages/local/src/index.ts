export { createCluster, type Cluster, type ClusterEndpoints, type ClusterOptions } from './cluster/cluster.js';
export { type Topology } from './cluster/topology.js';
export { certifiedRoles, makeSet, type CertificateSet } from './certs/make-set.js';
export { chooseServices, findLogFolder } from './logs/log-folder.js';
export { logLevels, parseLogLine, type LogLevel, type LogLine } from './logs/log-line.js';
export { createLogReader, followLogs } from './logs/read-logs.js';
