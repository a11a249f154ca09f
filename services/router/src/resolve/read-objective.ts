// Reads a client's objective from request parameters and gRPC metadata.

import { cutText, milliseconds, ParetoError, type PartialObjective } from '@pareto/core';
import { checkObjective, type ParameterValue } from '@pareto/protocol';
import { misspeltOf, objectiveFields } from './objective-names.js';

/** Reads the fields of an objective, and names them in errors. */
interface Source {
  readonly read: (field: string) => ParameterValue | undefined;
  readonly nameOf: (field: string) => string;
}

const parameterSource = (parameters: ReadonlyMap<string, ParameterValue>): Source => ({
  read: (field) => parameters.get(field),
  nameOf: (field) => `parameter ${field}`,
});

/** The objective of a client that states none. */
export const noObjective: PartialObjective = {};

/** Ignores other parameters. Throws `invalid-argument`, with the parameter, the expected and the received value. */
export const objectiveOfParameters = (parameters: ReadonlyMap<string, ParameterValue>): PartialObjective =>
  parameters.size === 0 ? noObjective : readObjective(parameterSource(parameters));

const metadataKey = (field: string): string => `x-pareto-${field.replaceAll('_', '-')}`;
const metadataKeys: ReadonlySet<string> = new Set(objectiveFields.map(metadataKey));

/** Matches the keys that belong to Pareto, and those that were meant to. */
const ownKey = /^x[-_]?pareto[-_]/;

/**
 * Reads `x-pareto-latency-ms` and so on. Throws like `objectiveOfParameters`, and for every other key that begins with
 * `x-pareto-`.
 */
export function objectiveOfMetadata(metadata: ReadonlyMap<string, string>): PartialObjective {
  let isStated = false as boolean;
  metadata.forEach((_, key) => {
    // Every query passes here, and few keys begin with an x.
    if (!key.startsWith('x') || !ownKey.test(key)) return;
    if (!metadataKeys.has(key)) throw unknownKey(key);
    isStated = true;
  });
  if (!isStated) return noObjective;
  return readObjective({
    read: (field) => metadata.get(metadataKey(field)),
    nameOf: (field) => `metadata ${metadataKey(field)}`,
  });
}

function unknownKey(key: string): ParetoError {
  const keys = [...metadataKeys];
  const meant = misspeltOf(key, keys);
  const expected = meant === undefined ? `expected one of ${keys.join(', ')}` : `did you mean ${meant}?`;
  return new ParetoError('invalid-argument', `metadata ${cutText(key)} is unknown: ${expected}`);
}

function readObjective(source: Source): PartialObjective {
  const latencyMs = readNumber(source, 'latency_ms');
  const objective: PartialObjective = {
    latencyMs: latencyMs === undefined ? undefined : milliseconds(latencyMs),
    minAccuracy: readNumber(source, 'min_accuracy'),
    maxCostPer1k: readNumber(source, 'max_cost_per_1k'),
    accuracyBound: readChoice(source, 'accuracy_bound', ['point', 'lower95']),
    class: readChoice(source, 'class', ['online', 'offline']),
    degrade: readChoice(source, 'degrade', ['forbid', 'allow']),
    prefer: readChoice(source, 'prefer', ['cost', 'accuracy']),
  };
  return checkObjective(objective, source.nameOf);
}

/** Reads the protocol's `timeout` parameter, which is in µs. Returns undefined if it is absent or not positive. */
export function timeoutMsOf(parameters: ReadonlyMap<string, ParameterValue>): number | undefined {
  const timeoutUs = readNumber(parameterSource(parameters), 'timeout');
  return timeoutUs === undefined || timeoutUs <= 0 ? undefined : timeoutUs / 1000;
}

function readNumber({ read, nameOf }: Source, field: string): number | undefined {
  const value = read(field);
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  throw new ParetoError('invalid-argument', `${nameOf(field)} is ${text}: expected a number`);
}

function readChoice<T extends string>({ read, nameOf }: Source, field: string, choices: readonly T[]): T | undefined {
  const value = read(field);
  if (value === undefined) return undefined;
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new ParetoError(
    'invalid-argument',
    `${nameOf(field)} is ${JSON.stringify(value)}: expected one of ${choices.join(', ')}`,
  );
}
