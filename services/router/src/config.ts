// The router's configuration.

import {
  advertiseFlag,
  commonFlags,
  controllersFlag,
  defineConfig,
  type CommonConfig,
  type ConfigDefinition,
} from '@pareto/service';
import { defaultAdmitParams, defaultRetryParams, defaultSelectParams } from '@pareto/policy';
import { z } from 'zod';

const { maxHeld, maxHeldBytes } = defaultAdmitParams;

export interface RouterConfig extends CommonConfig {
  readonly controllers: readonly string[];
  readonly id: string;
  readonly advertise?: string | undefined;
  readonly httpPort: number;
  readonly httpAllowOrigin: readonly string[];
  readonly hopMs: number;
  readonly maxHeld: number;
  readonly maxHeldBytes: number;
  readonly maxHoldMs: number;
  readonly replayBytes: number;
  readonly decisionSlots: number;
}

/** Value of `httpPort` that disables HTTP. */
export const noHttp = -1;

export const routerConfig: ConfigDefinition<RouterConfig> = defineConfig({
  name: 'pareto-router',
  summary: 'Accepts queries, selects a variant for each, and forwards them to workers.',
  example: 'pareto-router --controllers 127.0.0.1:8100 --cluster-token-file token',
  fields: {
    ...commonFlags({ port: 8001, metricsPort: 8002 }),
    controllers: controllersFlag(),
    id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected up to 64 letters, digits, "_" or "-"')
      .default('router')
      .describe('name of this router; a random suffix is appended'),
    advertise: advertiseFlag('host:port at which other routers reach this router (default: the listen address)'),
    httpPort: z
      .preprocess((value) => (value === 'off' ? noHttp : value), z.int().min(noHttp).max(65_535))
      .default(8000)
      .meta({ type: 'integer' })
      .describe("port of the protocol's HTTP endpoint (default 8000); 0 selects a free port, off disables HTTP"),
    httpAllowOrigin: z
      .array(z.string().regex(/^(\*|https?:\/\/[^/\s,]+)$/, 'expected * or an origin, e.g. https://example.org'))
      .default([])
      .describe('origins of the web pages that may send HTTP requests (default: none); * allows all'),
    hopMs: z
      .number()
      .min(0)
      .default(defaultSelectParams.hopMs)
      .describe('assumed network round trip to a worker, in ms'),
    maxHeld: z.int().min(0).default(maxHeld).describe('maximum number of queries that wait for cold variants'),
    maxHeldBytes: z
      .int()
      .min(0)
      .default(maxHeldBytes)
      .describe('maximum total size of the queries that wait for cold variants'),
    maxHoldMs: z.int().min(0).default(30_000).describe('maximum time that a query waits for a cold variant'),
    replayBytes: z
      .int()
      .min(0)
      .default(defaultRetryParams.replayBytes)
      .describe('maximum size of a request that is retried after its worker failed'),
    decisionSlots: z.int().min(1).default(65_536).describe('number of decisions kept for Explain'),
  },
});
