// The registry and the fleet of a scenario file: written there, listed by a cluster, or those of the standard scenario.

import { fieldError, needed, objectOf, optional, pathBeside, type Reader } from '@pareto/scenario';
import type { SimulatedFleet } from '../scenario/fleet.js';
import type { SimulatedRegistry } from '../scenario/registry.js';
import { readFleet } from './fleet-table.js';
import { readRegistry } from './registry-table.js';

/** Files with listings of a cluster, as `pareto get` prints them with `-o json`. */
interface RegistryFiles {
  readonly variants: string;
  readonly tasks?: string;
}

interface FleetFile {
  readonly workers: string;
}

/** Neither value nor files: that of the standard scenario. */
interface Given<Value, Files> {
  readonly value?: Value;
  readonly files?: Files;
}

export type GivenRegistry = Given<SimulatedRegistry, RegistryFiles>;
export type GivenFleet = Given<SimulatedFleet, FleetFile>;

export const isStandard = ({ value, files }: Given<unknown, unknown>): boolean =>
  value === undefined && files === undefined;

const registryFiles = objectOf<RegistryFiles>(
  {
    variants: needed(pathBeside, "a file with the output of 'pareto get variants -o json'"),
    tasks: optional(pathBeside),
  },
  'keys such as variants',
);
const fleetFile = objectOf<FleetFile>(
  { workers: needed(pathBeside, "a file with the output of 'pareto get workers -o json'") },
  'the key workers',
);

const givenOf =
  <Written, Files extends object>(
    written: Reader<Written>,
    files: Reader<Files>,
    fileKey: string,
  ): Reader<Given<Written, Files>> =>
  (field) => {
    const { value } = field;
    if (value === 'standard') return {};
    if (typeof value === 'string') throw fieldError(field, `expected keys or the text standard, received "${value}"`);
    const hasFile = typeof (value as Readonly<Record<string, unknown>> | null)?.[fileKey] === 'string';
    return hasFile ? { files: files(field) } : { value: written(field) };
  };

export const readGivenRegistry: Reader<GivenRegistry> = givenOf(readRegistry, registryFiles, 'variants');
export const readGivenFleet: Reader<GivenFleet> = givenOf(readFleet, fleetFile, 'workers');
