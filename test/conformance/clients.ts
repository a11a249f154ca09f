// Independent clients: programs that query the router and print the results of their checks.

import assert from 'node:assert/strict';
import { startChild } from '@pareto/testkit';
import { pythonVariables } from '../support/python.js';
import { skipWithout } from '../support/skip.js';
import { here, type Program, type Programs } from './programs.js';
import type { Fixture } from './fixture.js';

export function describeClients(fixture: () => Fixture, programs: () => Programs): void {
  describeProgram(
    'Python',
    () => programs().python,
    (command) => {
      it('tritonclient and grpcio', () =>
        runChecks([...command(), here('python/clients.py'), fixture().address, fixture().httpAddress]));
    },
  );

  describeProgram(
    'Go',
    () => programs().go,
    (command) => {
      it('google.golang.org/grpc', () => runChecks([...command(), fixture().address]));
    },
  );

  describeProgram(
    'perf_analyzer',
    () => programs().perfAnalyzer,
    (command) => {
      for (const [protocol, ...more] of [['grpc'], ['grpc', '--streaming'], ['http']] as const) {
        it(`measures a model over ${[protocol, ...more].join(' ')}`, async () => {
          const address = protocol === 'grpc' ? fixture().address : fixture().httpAddress;
          const output = await runProgram([...command(), ...perfAnalyzerArgs(protocol, address), ...more]);
          const [, throughput = '0'] = /Throughput: ([\d.]+) infer\/sec/.exec(output) ?? [];
          assert.ok(Number(throughput) > 0, endFirst(output));
          // perf_analyzer reads the server's counters before and after each window, and uses their differences.
          const [, counted = '0'] = /Inference count: (\d+)/.exec(output) ?? [];
          assert.ok(Number(counted) > 0, endFirst(output));
        });
      }
    },
  );
}

/** Arguments for one window, which ends after some requests, however long these take. */
const perfAnalyzerArgs = (protocol: string, address: string): readonly string[] => [
  ...['-m', 'id-fp32', '-i', protocol, '-u', address, '--concurrency-range', '4'],
  ...['--request-count', '50', '-v'],
];

function describeProgram(
  name: string,
  program: () => Program,
  tests: (command: () => readonly string[]) => void,
): void {
  describe(name, () => {
    let command: readonly string[] = [];
    before(function () {
      const found = program();
      if (found.kind === 'missing') return skipWithout(this, found.reason);
      command = found.command;
    });
    tests(() => command);
  });
}

interface Check {
  readonly title: string;
  readonly error: string | null;
}

/** Asserts that the program made at least one check, and that all passed. */
async function runChecks(command: readonly string[]): Promise<void> {
  const output = await runProgram(command);
  const checks = output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Check] : []));
  assert.ok(checks.length > 0, endFirst(output));
  const failed = checks.filter(({ error }) => error !== null);
  assert.equal(failed.length, 0, failed.map(({ title, error }) => `${title}:\n${error ?? ''}`).join('\n'));
}

/** Runs a program and returns its output. Throws unless the exit code is 0. */
async function runProgram([program = '', ...args]: readonly string[]): Promise<string> {
  const child = startChild(program, args, { env: pythonVariables });
  assert.deepEqual(await child.exited, { code: 0, signal: null }, endFirst(child.output));
  return child.output;
}

/** Returns a message whose first line, which summaries show, is the end of a program's output. All of the output follows. */
function endFirst(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return `${lines.slice(-3).join(' | ')}\n${output}`;
}
