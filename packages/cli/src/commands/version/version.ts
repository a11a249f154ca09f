// `pareto version`: prints the versions of this command and of the router, and the commit of this command.

import type { Command } from 'commander';
import { withCluster } from '../../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';
import { ownCommit, ownVersion } from '../../own-version.js';

interface Options extends CommonOptions {
  readonly client?: boolean;
}

const routerTimeoutMs = 1_000;

export function addVersion(program: Command, context: Context): void {
  program
    .command('version')
    .summary('print the versions of this command and of the router')
    .description('Prints the version and the commit of this command, and the version of the router.')
    .option('--client', 'print only the version of this command')
    .addHelpText('after', '\nExample:\n  pareto version')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const [client, commit] = [ownVersion(), await ownCommit()];
      const router = options.client === true ? undefined : await routerVersion(options, context);
      const routerText = router ?? `no router is reachable at ${options.router}`;
      printResult(context, options, { client, commit, node: process.version, router: router ?? null }, () =>
        [
          `pareto  ${client}, commit ${shortCommit(commit)}, Node ${process.version}`,
          ...(options.client === true ? [] : [`router  ${routerText}`]),
        ].join('\n'),
      );
    });
}

/** Shortens the hash, but not what follows it. */
const shortCommit = (commit: string): string => commit.replace(/^([0-9a-f]{12})[0-9a-f]+/, '$1');

async function routerVersion(options: Options, { stop }: Context): Promise<string | undefined> {
  return withCluster(options, async ({ router }) => {
    const { version } = await router.protocol.serverMetadata({}, { timeoutMs: routerTimeoutMs, signal: stop });
    return version;
  }).catch(() => undefined);
}
