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

/** In place of an HTTP port: there is none. */
export const noHttp = -1;

export const routerConfig: ConfigDefinition<RouterConfig> = defineConfig({
  name: 'pareto-router',
  summary: 'Takes queries, chooses what answers each, and forwards them to workers.',
  example: 'pareto-router --controllers 127.0.0.1:8100 --cluster-token-file token',
  fields: {
    ...commonFlags({ port: 8001, metricsPort: 8002 }),
    controllers: controllersFlag(),
    id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected up to 64 letters, digits, "_" or "-"')
      .default('router')
      .describe('name of this router; a suffix makes it unique to the process'),
    advertise: advertiseFlag('host:port that other routers reach this one at; the one it listens on by default'),
    httpPort: z
      .preprocess((value) => (value === 'off' ? noHttp : value), z.int().min(noHttp).max(65_535))
      .default(8000)
      .meta({ type: 'integer' })
      .describe("port for the protocol's HTTP form, 8000 if left out; 0 takes any free one, off: none"),
    httpAllowOrigin: z
      .array(z.string().regex(/^(\*|https?:\/\/[^/\s,]+)$/, 'expected * or an origin, e.g. https://example.org'))
      .default([])
      .describe('origins of web pages that may ask by HTTP; *: all; none if left out'),
    hopMs: z
      .number()
      .min(0)
      .default(defaultSelectParams.hopMs)
      .describe('time that the way to a worker and back is taken to be'),
    maxHeld: z.int().min(0).default(maxHeld).describe('queries that may wait for cold variants'),
    maxHeldBytes: z.int().min(0).default(maxHeldBytes).describe('bytes of the queries that wait for cold variants'),
    maxHoldMs: z.int().min(0).default(30_000).describe('how long a query may wait for a cold variant'),
    replayBytes: z
      .int()
      .min(0)
      .default(defaultRetryParams.replayBytes)
      .describe('largest request that is sent again when its worker dies'),
    decisionSlots: z.int().min(1).default(65_536).describe('how many decisions are kept for Explain'),
  },
});
