import assert from 'node:assert/strict';
import type { ParameterKind } from '@pareto/protocol';
import { checkParameters } from '../../src/resolve/check-parameters.js';

const check = (name: string, kind: ParameterKind = 'string', value: string | number | boolean = 'x') =>
  checkParameters({ parameters: new Map([[name, value]]), kinds: new Map([[name, kind]]) });

describe('checking request parameters', () => {
  const misspelt: readonly (readonly [string, string])[] = [
    ['min_acuracy', 'min_accuracy'],
    ['min_accurracy', 'min_accuracy'],
    ['min_accuracz', 'min_accuracy'],
    ['min_acucracy', 'min_accuracy'],
    ['minAccuracy', 'min_accuracy'],
    ['MIN_ACCURACY', 'min_accuracy'],
    ['latencyms', 'latency_ms'],
    ['latency-ms', 'latency_ms'],
    ['latency_s', 'latency_ms'],
    ['max-cost-per-1k', 'max_cost_per_1k'],
    ['max_cost_per1k', 'max_cost_per_1k'],
    ['accuracy_bounds', 'accuracy_bound'],
    ['clas', 'class'],
    ['degraded', 'degrade'],
    ['timout', 'timeout'],
    ['priorty', 'priority'],
  ];
  for (const [name, meant] of misspelt) {
    it(`rejects ${name}, and suggests ${meant}`, () => {
      assert.throws(() => check(name), {
        code: 'invalid-argument',
        message: `parameter ${name} is unknown: did you mean ${meant}?`,
      });
    });
  }

  const accepted: readonly (readonly [string, ParameterKind, (string | number | boolean)?])[] = [
    ...['latency_ms', 'min_accuracy', 'accuracy_bound', 'max_cost_per_1k', 'class', 'degrade'].map(
      (name) => [name, 'string'] as const,
    ),
    ['timeout', 'int64', 1],
    ['priority', 'uint64', 1],
    ['sequence_id', 'int64', 1],
    ['sequence_start', 'bool', true],
    ['sequence_end', 'bool', true],
    ['triton_enable_empty_final_response', 'bool', true],
    ...['headers', 'binary_data_output', 'binary_data_size', 'classification', 'pareto_variant'].map(
      (name) => [name, 'string'] as const,
    ),
    ...['colour', 'latency', 'accuracy', 'temperature', 'max_tokens', 'classes', 'ms', '', '_', 'x'.repeat(5000)].map(
      (name) => [name, 'string'] as const,
    ),
  ];
  for (const [name, kind, value] of accepted) {
    it(`accepts ${name.slice(0, 40) || 'an empty name'}`, () => check(name, kind, value));
  }
});
