// What every command is given, and the options that all commands share.

import type { Clock } from '@pareto/core';
import type { Terminal } from './terminal.js';

export interface Context {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Aborts at the first SIGINT or SIGTERM: stop in order. */
  readonly stop: AbortSignal;
  /** Aborts at the second: stop at once. */
  readonly kill: AbortSignal;
}

/** Where the cluster is, and what to show it. */
export interface Endpoints {
  /** host:port of its controllers. */
  readonly controller: readonly string[];
  /** host:port of a router. */
  readonly router: string;
  /** Folder with the operator's certificate. */
  readonly certs?: string | undefined;
}

export interface CommonOptions extends Endpoints {
  readonly output: 'table' | 'json';
}

/** Prints a result: as JSON for programs, or as `human` writes it. */
export function printResult(context: Context, options: CommonOptions, value: unknown, human: () => string): void {
  context.terminal.print(options.output === 'json' ? toJson(value) : human());
}

/** Bytes as base64; the generated marks of optional fields (`_x`) left out. */
const toJson = (value: unknown): string => JSON.stringify(value, plain, 2);

function plain(key: string, value: unknown): unknown {
  if (key.startsWith('_')) return undefined;
  if (isBufferJson(value)) return Buffer.from(value.data).toString('base64');
  return value;
}

const isBufferJson = (value: unknown): value is { readonly data: readonly number[] } =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
