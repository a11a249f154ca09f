// The flags that every service has, and what they are checked for.

import { isIPv4 } from 'node:net';
import { ParetoError } from '@pareto/core';
import { defaultMaxMessageBytes } from '@pareto/rpc';
import { logFormats, logLevels, type LogFormat, type LogLevel } from '@pareto/telemetry';
import { z } from 'zod';

const port = (): z.ZodInt => z.int().min(0).max(65_535);

type Enum<T extends string> = z.ZodEnum<{ [K in T]: K }>;

export interface CommonFields {
  readonly host: z.ZodDefault<z.ZodString>;
  readonly port: z.ZodDefault<z.ZodInt>;
  readonly metricsPort: z.ZodDefault<z.ZodInt>;
  readonly insecure: z.ZodDefault<z.ZodBoolean>;
  readonly certs: z.ZodOptional<z.ZodString>;
  readonly clusterTokenFile: z.ZodOptional<z.ZodString>;
  readonly logLevel: z.ZodDefault<Enum<LogLevel>>;
  readonly logFormat: z.ZodDefault<Enum<LogFormat>>;
  readonly traceEndpoint: z.ZodOptional<z.ZodURL>;
  readonly drainTimeoutMs: z.ZodDefault<z.ZodInt>;
  readonly maxMessageBytes: z.ZodDefault<z.ZodInt>;
  readonly keepaliveMs: z.ZodDefault<z.ZodInt>;
  readonly maxConnectionIdleMs: z.ZodDefault<z.ZodInt>;
  readonly maxConnectionAgeMs: z.ZodOptional<z.ZodInt>;
  readonly supervised: z.ZodDefault<z.ZodBoolean>;
  readonly config: z.ZodOptional<z.ZodString>;
}

export type CommonConfig = Readonly<z.output<z.ZodObject<{ -readonly [K in keyof CommonFields]: CommonFields[K] }>>>;

/** To be spread into a service's fields. */
export const commonFlags = (ports: { readonly port: number; readonly metricsPort: number }): CommonFields => ({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('address to listen on; beyond loopback needs --certs or --insecure'),
  port: port().default(ports.port).describe('port for gRPC; 0 takes any free one'),
  metricsPort: port()
    .default(ports.metricsPort)
    .describe('port for /metrics, /livez and /readyz: plain HTTP, with certificates too'),
  insecure: z
    .boolean()
    .default(false)
    .describe('listen beyond loopback without certificates: whoever reaches the port may do anything'),
  certs: z
    .string()
    .min(1)
    .optional()
    .describe('folder with ca.crt, tls.crt and tls.key of this service: TLS both ways; read again when they change'),
  clusterTokenFile: z
    .string()
    .min(1)
    .optional()
    .describe("without --certs: file with the cluster's secret, the same for every service"),
  logLevel: z.enum(logLevels).default('info').describe('what to log'),
  logFormat: z.enum(logFormats).default('json').describe('how to log'),
  traceEndpoint: z.url().optional().describe('send traces to this OTLP/HTTP collector, e.g. http://127.0.0.1:4318'),
  drainTimeoutMs: z.int().min(0).default(10_000).describe('how long running work may take to end after SIGTERM'),
  maxMessageBytes: z.int().min(1024).default(defaultMaxMessageBytes).describe('largest gRPC message either way'),
  keepaliveMs: z.int().min(1).default(30_000).describe('how often a silent connection is pinged'),
  maxConnectionIdleMs: z.int().min(1).default(600_000).describe('connections without a call for so long are closed'),
  maxConnectionAgeMs: z.int().min(1).optional().describe('connections are closed, gently, at this age; unset: never'),
  supervised: z.boolean().default(false).describe('stop when standard input ends: whoever started this is gone'),
  config: z.string().optional().describe('JSON file of flags, e.g. {"log-level": "debug"}'),
});

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

/**
 * Throws unless only this machine reaches the service, or it has certificates, or the operator said that plain text is
 * meant. True when it is plain text for others to reach.
 */
export function checkBind({ host, insecure, certs }: Pick<CommonConfig, 'host' | 'insecure' | 'certs'>): boolean {
  if (isLoopback(host) || certs !== undefined) return false;
  if (insecure) return true;
  throw new ParetoError(
    'failed-precondition',
    `--host ${host} can be reached from other machines and there are no certificates: use 127.0.0.1, pass --certs FOLDER ('pareto certs init' makes some), or pass --insecure`,
  );
}
