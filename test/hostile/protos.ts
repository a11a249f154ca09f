// The methods of every service, with the descriptors of their requests.

import { loadSync, type AnyDefinition } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import { type Target } from './target.js';

export interface Field {
  readonly name: string;
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

export interface MessageType {
  readonly name: string;
  readonly field: readonly Field[];
  readonly nestedType: readonly MessageType[];
}

export interface Method {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly request: MessageType;
  /** Port of the service, as the name of an address of the target. */
  readonly port: 'router' | 'worker' | 'controller';
}

const files = [
  'inference',
  'pareto/v1/execution',
  'pareto/v1/fleet',
  'pareto/v1/inference',
  'pareto/v1/registry',
  'pareto/v1/routes',
];

const definitions = loadSync(
  files.map((file) => `${file}.proto`),
  { includeDirs: [fileURLToPath(new URL('../../protos', import.meta.url))], keepCase: true },
);

const ports: Readonly<Record<string, readonly Method['port'][]>> = {
  'inference.GRPCInferenceService': ['router', 'worker'],
  'pareto.v1.Inference': ['router'],
  'pareto.v1.Execution': ['worker'],
  'pareto.v1.Fleet': ['controller'],
  'pareto.v1.Registry': ['controller'],
  'pareto.v1.Blobs': ['controller'],
  'pareto.v1.Routes': ['controller'],
};

export const methods: readonly Method[] = Object.entries(definitions).flatMap(([service, definition]) =>
  isMessage(definition)
    ? []
    : Object.values(definition).flatMap(({ path, requestType }) =>
        (ports[service] ?? missing(service)).map((port) => ({
          ...{ path, port },
          request: requestType.type as unknown as MessageType,
        })),
      ),
);

function isMessage(definition: AnyDefinition): definition is Extract<AnyDefinition, { format: string }> {
  return 'format' in definition;
}

function missing(service: string): never {
  throw new Error(`the table of ports has no row for ${service}`);
}

/** Returns the type of a field of a message, or undefined if it is not a message. */
export function fieldType(parents: readonly MessageType[], { type, typeName }: Field): MessageType | undefined {
  if (type !== 'TYPE_MESSAGE') return undefined;
  const [outer = '', ...inner] = typeName.split('.');
  let found = parents.flatMap(({ nestedType }) => nestedType).find(({ name }) => name === outer) ?? topType(outer);
  for (const part of inner) found = found?.nestedType.find(({ name }) => name === part);
  if (found === undefined) throw new Error(`there is no message ${typeName}`);
  return found;
}

function topType(name: string): MessageType | undefined {
  const known = definitions[`inference.${name}`] ?? definitions[`pareto.v1.${name}`];
  return known !== undefined && isMessage(known) ? (known.type as unknown as MessageType) : undefined;
}

export const isRepeated = ({ label }: Field): boolean => label === 'LABEL_REPEATED';

export const addressOf = ({ port }: Method, target: Target): string => target[port];
