// `pareto backup`: writes the store of a running cluster to a file.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';

export function addBackup(program: Command, context: Context): void {
  program
    .command('backup')
    .summary('write a backup of the cluster to a file')
    .description(
      "Writes a backup of the running cluster to a file: its tasks, models, measurements, rules, events and placement, but not the models' files. A backup of another cluster at this path is kept as FILE.EPOCH.",
    )
    .argument('<file>', 'path of the backup')
    .addHelpText('after', '\nExample:\n  pareto backup pareto.backup')
    .action(async (file: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const { saveBackup } = await import('@pareto/state');
      const text = await withController(options, (clients) =>
        repeat(() => clients.backup(context.stop), repeatOptions(context)),
      );
      const written = { file: resolve(file), records: await saveBackup(text, file) };
      printResult(context, options, written, () => `wrote ${written.records} records to ${file}`);
    });
}
