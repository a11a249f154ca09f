// Addresses (host:port) of services: the flag that lists the controllers, and the address that a service advertises.

import { hostname } from 'node:os';
import { formatAddress } from '@pareto/rpc';

/** Flags of the services that follow a controller. */
export const followerFlags = {
  controllers: {
    kind: 'list',
    format: 'address',
    minItems: 1,
    default: ['127.0.0.1:8100'],
    help: 'host:port of the controllers',
  },
} as const;

interface Listening {
  readonly host: string;
  readonly advertise?: string | undefined;
}

/**
 * Returns the address that other services connect to: `advertise`, otherwise the listening address. This host's name
 * replaces a wildcard address.
 */
export function advertisedAddress({ host, advertise }: Listening, port: number): string {
  return advertise ?? formatAddress(host === '0.0.0.0' || host === '::' ? hostname() : host, port);
}
