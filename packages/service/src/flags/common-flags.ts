// The flags that every service has, and the check that an exposed address is intended.

import { isIPv4 } from 'node:net';
import { ParetoError } from '@pareto/core';
import { defaultLimits } from '@pareto/protocol';
import type { FlagValues } from './flag-table.js';

/** Flags of every service. A service sets its default ports in `defineConfig`. */
export const commonFlags = {
  host: {
    kind: 'text',
    default: '127.0.0.1',
    help: 'address to listen on; beyond loopback needs --certs or --insecure',
  },
  port: { kind: 'integer', min: 0, max: 65_535, default: 0, help: 'gRPC port; 0 selects any free port' },
  metricsPort: {
    kind: 'integer',
    min: 0,
    max: 65_535,
    default: 0,
    help: 'port of /metrics, /livez and /readyz; always plain HTTP, also with --certs',
  },
  openMetrics: {
    kind: 'boolean',
    default: false,
    help: 'with --certs, let other machines read /metrics; otherwise only this machine can',
  },
  insecure: {
    kind: 'boolean',
    default: false,
    help: 'allow a non-loopback --host without TLS: every client that can reach the port has full access',
  },
  certs: {
    kind: 'text',
    help: 'folder with ca.crt, tls.crt and tls.key of this service for mutual TLS; reloaded when the files change',
  },
  clusterTokenFile: {
    kind: 'text',
    help: "file with the cluster's secret, the same for every service; used without --certs",
  },
  hop: {
    kind: 'text',
    isIgnored: true,
    help: 'the transport of calls was a choice until 0.7.0',
  },
  logLevel: {
    kind: 'choice',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    help: 'least severe level to log',
  },
  logFormat: { kind: 'choice', choices: ['json', 'pretty'], default: 'json', help: 'format of log lines' },
  cluster: {
    kind: 'text',
    format: 'cluster',
    default: 'default',
    help: 'name of the cluster in traces, and of its keys in etcd, which must be unique there',
  },
  traceEndpoint: { kind: 'url', help: 'OTLP/HTTP collector to send traces to, e.g. http://127.0.0.1:4318' },
  traceSample: {
    kind: 'number',
    min: 0,
    max: 1,
    default: 1,
    help: 'share of the traces that begin at this service which are sent, from 0 to 1; a trace that a caller began is sent if the caller samples it',
  },
  lameDuckMs: {
    kind: 'integer',
    min: 0,
    default: 5_000,
    help: 'time after SIGTERM for which the process is not ready (/readyz answers 503) but still answers new calls, in ms; 0 drains immediately',
  },
  drainTimeoutMs: {
    kind: 'integer',
    min: 0,
    default: 10_000,
    help: 'time for running work to finish after --lame-duck-ms, in ms',
  },
  maxMessageBytes: {
    kind: 'integer',
    min: 1024,
    default: (): number => defaultLimits.messageBytes,
    limit: 'messageBytes',
    help: 'maximum size of a message with tensors or files, sent or received, in bytes',
  },
  maxBufferedBytes: {
    kind: 'integer',
    min: 1_048_576,
    default: (): number => defaultLimits.bufferedBytes,
    limit: 'bufferedBytes',
    help: 'maximum size of all requests and replies that this process holds, in bytes',
  },
  maxConnections: {
    kind: 'integer',
    min: 1,
    default: (): number => defaultLimits.connections,
    limit: 'connections',
    help: 'maximum number of connections of clients to this process',
  },
  maxStreams: {
    kind: 'integer',
    min: 1,
    default: (): number => defaultLimits.streams,
    limit: 'streams',
    help: 'maximum number of open calls on one connection',
  },
  stallTimeoutMs: {
    kind: 'integer',
    min: 1,
    default: (): number => defaultLimits.stallMs,
    limit: 'stallMs',
    help: 'time without data in the middle of a request or a reply after which the call is ended, in ms',
  },
  keepaliveMs: { kind: 'integer', min: 1, default: 30_000, help: 'interval of pings on idle connections, in ms' },
  maxConnectionIdleMs: {
    kind: 'integer',
    min: 1,
    default: 600_000,
    help: 'time without a call after which a connection is closed, in ms',
  },
  maxConnectionAgeMs: {
    kind: 'integer',
    min: 1,
    help: 'age at which a connection is closed gracefully, in ms; unlimited by default',
  },
  supervised: {
    kind: 'boolean',
    default: false,
    help: 'stop when standard input closes, which means that the parent process has exited',
  },
  config: { kind: 'text', help: 'JSON file of flags, e.g. {"log-level": "debug"}' },
} as const;

export type CommonConfig = FlagValues<typeof commonFlags>;

/** Returns whether a host or the address of a peer, which may be IPv4 mapped to IPv6, is this machine. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^::ffff:/i, '');
  return address === 'localhost' || address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

/** Returns whether other machines may read /metrics. */
export const hasOpenMetrics = ({ certs, openMetrics }: Pick<CommonConfig, 'certs' | 'openMetrics'>): boolean =>
  certs === undefined || openMetrics;

/**
 * Returns whether other machines can reach the service in plain text. Throws `failed-precondition` if they can and the operator
 * has not passed --insecure.
 */
export function checkBind({ host, insecure, certs }: Pick<CommonConfig, 'host' | 'insecure' | 'certs'>): boolean {
  if (isLoopback(host) || certs !== undefined) return false;
  if (insecure) return true;
  throw new ParetoError(
    'failed-precondition',
    `--host ${host} is reachable from other machines without TLS: use 127.0.0.1, pass --certs FOLDER (create one with 'pareto certs init'), or pass --insecure`,
  );
}
