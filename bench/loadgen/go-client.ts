// The Go client, built once for each run of the benchmark.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startChild } from '@pareto/testkit';
import { methodPath } from '../path/method-path.js';

export interface GoRun {
  readonly address: string;
  /** File with the length-prefixed message. */
  readonly bodyFile: string;
  readonly perSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** Sends evenly spaced requests. Resolves with their latencies in ms. */
export type GoClient = (run: GoRun) => Promise<Float64Array>;

/** Builds the client as `program`. Throws if Go is not installed, or if it cannot fetch gRPC for Go. */
export function buildGoClient(program: string): GoClient {
  const source = fileURLToPath(new URL('./go-client', import.meta.url));
  const { status, error, stderr } = spawnSync('go', ['build', '-C', source, '-o', program, '.'], { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`the Go client can't be built, which needs Go (golang.org): ${error?.message ?? stderr}`);
  }
  return async ({ address, bodyFile, perSecond, warmUpSeconds, seconds }) => {
    const child = startChild(program, [
      ...[address, methodPath, bodyFile, String(perSecond), String(seconds), String(warmUpSeconds)],
    ]);
    const { code } = await child.exited;
    if (code !== 0) throw new Error(`the Go client exited with ${code}: ${child.output}`);
    return Float64Array.from(JSON.parse(child.output) as readonly number[]);
  };
}
