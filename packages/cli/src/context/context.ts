// The context of every command, the options that all commands share, and how a result is printed.

import type { Clock } from '@pareto/core';
import { toJson, toYaml } from '../terminal/plain-value.js';
import type { Terminal } from '../terminal/terminal.js';

export interface Context {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP, which requests an orderly stop. */
  readonly stop: AbortSignal;
  /** Aborts at the second signal, which requests an immediate stop. */
  readonly kill: AbortSignal;
}

/** Addresses of the cluster, and the certificates to connect with. */
export interface Endpoints {
  /** The controllers, each as host:port. */
  readonly controller: readonly string[];
  /** A router, as host:port. */
  readonly router: string;
  /** Folder with the operator's certificate. */
  readonly certs?: string | undefined;
}

/** Values of --output. `wide` prints all columns, as wide as they are. */
export const outputFormats = ['table', 'wide', 'json', 'yaml'] as const;

export interface CommonOptions extends Endpoints {
  readonly output: (typeof outputFormats)[number];
}

/** Prints a result as JSON or YAML, or else the text that `human` returns. */
export function printResult(context: Context, options: CommonOptions, value: unknown, human: () => string): void {
  const { output } = options;
  context.terminal.print(output === 'json' ? toJson(value) : output === 'yaml' ? toYaml(value) : human());
}

/** Returns the width that the tables and paragraphs of a result must fit. */
export const widthOf = ({ terminal }: Context, { output }: CommonOptions): number =>
  output === 'wide' ? Infinity : terminal.columns;

export const isForPrograms = ({ output }: CommonOptions): boolean => output === 'json' || output === 'yaml';
