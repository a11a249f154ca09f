// host:port of services: how flags give them, and where others find a service.

import { hostname } from 'node:os';
import { formatAddress } from '@pareto/rpc';
import { z } from 'zod';

const address = (): z.ZodString =>
  z.string().regex(/^([^:\s]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/, 'expected host:port, e.g. 127.0.0.1:8100');

/** Where others find a service, when that is not where it listens. */
export const advertiseFlag = (description: string): z.ZodOptional<z.ZodString> =>
  address().optional().describe(description);

/** Of services that follow a controller. */
export const controllersFlag = (): z.ZodDefault<z.ZodArray<z.ZodString>> =>
  z.array(address()).min(1).default(['127.0.0.1:8100']).describe('host:port of the controllers');

interface Listening {
  readonly host: string;
  readonly advertise?: string | undefined;
}

/** What it advertises, else where it listens; by this host's name where that is everywhere. */
export function advertisedAddress({ host, advertise }: Listening, port: number): string {
  return advertise ?? formatAddress(host === '0.0.0.0' || host === '::' ? hostname() : host, port);
}
