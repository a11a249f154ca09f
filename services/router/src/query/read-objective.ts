// A client's objective as it is written in request parameters and in gRPC metadata.

import { milliseconds, ParetoError, type PartialObjective } from '@pareto/core';
import { checkObjective, type ParameterValue } from '@pareto/rpc';

type Read = (name: string) => ParameterValue | undefined;

/** Unknown parameters are ignored. Throws `invalid-argument`, naming the parameter, what was expected and what came. */
export const objectiveOfParameters = (parameters: ReadonlyMap<string, ParameterValue>): PartialObjective =>
  readObjective((name) => parameters.get(name));

/** From `x-pareto-latency-ms` and so on. */
export const objectiveOfMetadata = (metadata: ReadonlyMap<string, string>): PartialObjective =>
  readObjective((name) => metadata.get(`x-pareto-${name.replaceAll('_', '-')}`));

function readObjective(read: Read): PartialObjective {
  const latencyMs = readNumber(read, 'latency_ms');
  return checkObjective({
    latencyMs: latencyMs === undefined ? undefined : milliseconds(latencyMs),
    minAccuracy: readNumber(read, 'min_accuracy'),
    maxCostPer1k: readNumber(read, 'max_cost_per_1k'),
    accuracyBound: readChoice(read, 'accuracy_bound', ['point', 'lower95']),
    class: readChoice(read, 'class', ['online', 'offline']),
    degrade: readChoice(read, 'degrade', ['forbid', 'allow']),
  });
}

/** The protocol's `timeout` parameter, in µs; undefined when it is not given. */
export function timeoutMsOf(parameters: ReadonlyMap<string, ParameterValue>): number | undefined {
  const timeoutUs = readNumber((name) => parameters.get(name), 'timeout');
  return timeoutUs === undefined || timeoutUs <= 0 ? undefined : timeoutUs / 1000;
}

function readNumber(read: Read, name: string): number | undefined {
  const value = read(name);
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new ParetoError('invalid-argument', `parameter ${name} is ${JSON.stringify(value)}: expected a number`);
}

function readChoice<T extends string>(read: Read, name: string, choices: readonly T[]): T | undefined {
  const value = read(name);
  if (value === undefined) return undefined;
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new ParetoError(
    'invalid-argument',
    `parameter ${name} is ${JSON.stringify(value)}: expected one of ${choices.join(', ')}`,
  );
}
