// The router's configuration.

import { defaultAdmitParams, defaultHoldParams, defaultRetryParams, defaultSelectParams } from '@pareto/policy';
import {
  defineConfig,
  followerFlags,
  recordFlags,
  warmUpFlags,
  type CommonConfig,
  type ConfigDefinition,
  type FlagValues,
} from '@pareto/service';

/** Value of `httpPort` that disables HTTP. */
export const noHttp = -1;

export const routerFlags = {
  id: {
    kind: 'text',
    format: 'router-id',
    default: 'router',
    help: 'name of this router; a random suffix is appended',
  },
  advertise: {
    kind: 'text',
    format: 'address',
    help: 'host:port at which other routers reach this router; its listen address by default',
  },
  httpPort: {
    kind: 'integer',
    min: -1,
    max: 65_535,
    words: { off: -1 },
    default: 8000,
    help: 'port for the protocol over HTTP; 0 selects any free port, off disables HTTP',
  },
  httpAllowOrigin: {
    kind: 'list',
    format: 'origin',
    minItems: 0,
    default: [],
    help: 'origins of web pages that may send queries over HTTP; * allows all; none by default',
  },
  hopMs: {
    kind: 'number',
    min: 0,
    default: (): number => defaultSelectParams.hopMs,
    help: 'round-trip time between the router and a worker until it is measured, in ms',
  },
  maxHeld: {
    kind: 'integer',
    min: 0,
    default: (): number => defaultAdmitParams.maxHeld,
    limit: 'heldQueries',
    help: 'maximum number of queries that wait for cold variants',
  },
  maxHeldBytes: {
    kind: 'integer',
    min: 0,
    default: (): number => defaultAdmitParams.maxHeldBytes,
    limit: 'heldQueries',
    help: 'maximum total size of the queries that wait for cold variants, in bytes',
  },
  maxHoldMs: {
    kind: 'integer',
    min: 0,
    default: (): number => defaultHoldParams.maxHoldMs,
    limit: 'heldQueries',
    help: 'maximum time that a query waits for a cold variant, in ms',
  },
  replayBytes: {
    kind: 'integer',
    min: 0,
    default: (): number => defaultRetryParams.replayBytes,
    limit: 'replayBytes',
    help: 'maximum size of a request that is sent again when its worker fails, in bytes',
  },
  decisionSlots: { kind: 'integer', min: 1, default: 65_536, help: 'number of recent decisions kept for Explain' },
  recordLevel: {
    kind: 'choice',
    choices: ['events', 'arrivals'],
    default: 'events',
    help: 'what --record writes: all events and decisions, or a short line for each query, in a file that is continued after a restart',
  },
} as const;

export type RouterConfig = CommonConfig &
  FlagValues<typeof followerFlags & typeof warmUpFlags & typeof recordFlags & typeof routerFlags>;

/** Defaults of common flags. */
export const routerDefaults = { port: 8001, metricsPort: 8002 } as const;

export const routerConfig: ConfigDefinition<RouterConfig> = defineConfig({
  name: 'pareto-router',
  summary: 'Accepts queries, selects a variant for each, and forwards them to workers.',
  example: 'pareto-router --controllers 127.0.0.1:8100 --cluster-token-file token',
  defaults: routerDefaults,
  flags: { ...followerFlags, ...warmUpFlags, ...routerFlags, ...recordFlags },
});
