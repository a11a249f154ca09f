// `pareto version`: prints the versions of this command and of the router.

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { withCluster } from '../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../context/context.js';

interface Options extends CommonOptions {
  readonly client?: boolean;
}

const routerTimeoutMs = 1_000;

export function addVersion(program: Command, context: Context): void {
  program
    .command('version')
    .summary('print the versions of this command and of the router')
    .description('Prints the versions of this command and of the router.')
    .option('--client', 'print only the version of this command')
    .addHelpText('after', '\nExample:\n  pareto version')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const client = await ownVersion();
      const router = options.client === true ? undefined : await routerVersion(options, context);
      const routerText = router ?? `no router is reachable at ${options.router}`;
      printResult(context, options, { client, node: process.version, router: router ?? null }, () =>
        [
          `pareto  ${client}, Node ${process.version}`,
          ...(options.client === true ? [] : [`router  ${routerText}`]),
        ].join('\n'),
      );
    });
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

async function routerVersion(options: Options, { stop }: Context): Promise<string | undefined> {
  return withCluster(options, async ({ router }) => {
    const { version } = await router.protocol.serverMetadata({}, { timeoutMs: routerTimeoutMs, signal: stop });
    return version;
  }).catch(() => undefined);
}
