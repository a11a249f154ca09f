// `pareto certs`: certificates for development.

import { isIP } from 'node:net';
import { join } from 'node:path';
import { makeSet, type CertificateSet } from '@pareto/local';
import { InvalidArgumentError, type Command } from 'commander';
import { formatTable, wrap } from '@pareto/report';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { wholeNumberIn } from '../../context/options.js';

interface Options extends CommonOptions {
  readonly out: string;
  readonly hosts?: readonly string[];
  readonly days: number;
  readonly force?: boolean;
  readonly renew?: boolean;
}

const hostPattern = /^(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

function hostList(text: string): readonly string[] {
  const hosts = text.split(',').map((host) => host.trim());
  const wrong = hosts.find((host) => isIP(host) === 0 && !hostPattern.test(host));
  if (wrong === undefined) return hosts;
  throw new InvalidArgumentError(
    `Expected host names or IP addresses without ports, received ${JSON.stringify(wrong)}.`,
  );
}

export function addCerts(program: Command, context: Context): void {
  const certs = program
    .command('certs')
    .summary('create certificates for development')
    .description('Creates certificates for development.')
    .addHelpText('after', '\nExample:\n  pareto certs init');
  certs
    .command('init')
    .summary('create an authority, and a certificate for each role')
    .description(
      'Creates an authority, and a certificate for each role: controller, router, worker, operator and viewer.',
    )
    .option('--out <folder>', 'output folder', 'certs')
    .option(
      '--hosts <a,b>',
      'host names and IP addresses of the services, in addition to those of this machine',
      hostList,
    )
    .option('--days <n>', 'validity in days', wholeNumberIn(1, 3_650), 365)
    .option('--renew', 'issue new certificates from the existing authority')
    .option('--force', 'replace the existing authority and all its certificates')
    .addHelpText('after', '\nExample:\n  pareto certs init --hosts router.example.org,10.0.0.5')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const { out, hosts, days, force = false, renew = false } = options;
      const certificates = await makeSet({ out, hosts, days, force, renew, now: context.clock.wallMs() });
      printResult(context, options, certificates, () => describeSet(certificates, widthOf(context, options)));
    });
}

const columns = [
  { title: 'folder', cell: ([folder = '']: readonly string[]) => folder },
  { title: 'use', cell: ([, use = '']: readonly string[]) => use },
];

function describeSet({ folder, hosts, ends, isNewAuthority }: CertificateSet, width: number): string {
  const at = (name: string): string => join(folder, name);
  const rows = [
    [at('authority'), 'keep ca.key secret: it can issue certificates for any role'],
    ...['controller', 'router', 'worker'].map((role) => [
      at(role),
      `node services/${role}/dist/main.js --certs ${at(role)} …`,
    ]),
    [folder, `node services/node/dist/main.js --certs ${folder} …`],
    [at('operator'), `pareto --certs ${at('operator')} status`],
    [at('viewer'), `can read, and change nothing: pareto --certs ${at('viewer')} status`],
    [at('client'), `for other clients of a router, e.g. grpcurl -cacert ${at('client/ca.crt')} …`],
  ];
  const created = isNewAuthority
    ? 'a new authority and its certificates'
    : 'new certificates from the existing authority';
  return [
    ...wrap(`Created ${created} in ${folder}, for development. They are valid until ${ends.slice(0, 10)}.`, width),
    ...wrap(`Hosts in the certificates: ${hosts.join(', ')}.`, width),
    '',
    // Commands with long paths are not cut.
    formatTable(columns, rows, { width: Infinity }),
    '',
    `To start a cluster with them on this machine: pareto up --certs ${folder}`,
  ].join('\n');
}
