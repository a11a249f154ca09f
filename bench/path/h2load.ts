// h2load as the client of unary calls: one connection that keeps a number of requests in flight, or sends at a rate.

import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { findBadAnswers, parseLog, parseSummary, type LoggedRequest } from './h2load-output.js';
import { methodPath } from './method-path.js';

export interface H2loadOptions {
  readonly address: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** File with the length-prefixed message. */
  readonly bodyFile: string;
  readonly inFlight: number;
  /** Requests per second. As many as the server answers if undefined. */
  readonly perSecond?: number | undefined;
  readonly forMs: number;
  readonly answerBytes: number;
  /** Is replaced. */
  readonly logFile: string;
}

export interface RunningLoad {
  readonly pid: number;
  /** Throws if a request failed. */
  readonly requests: Promise<readonly LoggedRequest[]>;
}

export function startH2load(load: H2loadOptions): RunningLoad {
  const headers = { 'content-type': 'application/grpc', te: 'trailers', ...load.metadata };
  // h2load appends to it, so that each load would read all requests since the start of the benchmark again.
  rmSync(load.logFile, { force: true });
  const pace = load.perSecond === undefined ? [] : ['--rps', String(load.perSecond)];
  const child = spawn('h2load', [
    ...['--clients', '1', '--threads', '1', '--max-concurrent-streams', String(load.inFlight), ...pace],
    ...['--duration', `${load.forMs}ms`, '--log-file', load.logFile, '--data', load.bodyFile],
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    `http://${load.address}${methodPath}`,
  ]);
  return { pid: child.pid ?? 0, requests: collect(load, text(child.stdout), text(child.stderr)) };
}

async function collect(load: H2loadOptions, ...output: readonly Promise<string>[]): Promise<readonly LoggedRequest[]> {
  const [printed = '', errors = ''] = await Promise.all(output);
  const summary = parseSummary(printed);
  const problem = summary === undefined ? `${printed}${errors}` : findBadAnswers(summary, load);
  if (problem !== undefined) throw new Error(`h2load to ${load.address}: ${problem}`);
  return parseLog(await readFile(load.logFile, 'utf8'));
}

/** Throws if h2load is not installed. */
export function requireH2load(): void {
  const { error } = spawnSync('h2load', ['--version']);
  if (error !== undefined) {
    throw new Error('h2load is not installed; install it, for example with "apt-get install nghttp2-client"');
  }
}
