// What every command is given, and the options that all commands share.

import type { Clock } from '@pareto/core';
import { toJson, toYaml } from '../terminal/plain-value.js';
import type { Terminal } from '../terminal/terminal.js';

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

/** `wide`: a table with more columns, where a command has them. */
export const outputFormats = ['table', 'wide', 'json', 'yaml'] as const;

export interface CommonOptions extends Endpoints {
  readonly output: (typeof outputFormats)[number];
}

/** Prints a result: as JSON or YAML for programs, or as `human` writes it. */
export function printResult(context: Context, options: CommonOptions, value: unknown, human: () => string): void {
  const { output } = options;
  context.terminal.print(output === 'json' ? toJson(value) : output === 'yaml' ? toYaml(value) : human());
}

export const isForPrograms = ({ output }: CommonOptions): boolean => output === 'json' || output === 'yaml';
