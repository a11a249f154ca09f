// The queries for dashboards in the reference: on the metrics of a running cluster, and on a Prometheus that reads them.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dashboardQueries } from '@pareto/telemetry';
import { createTempFolder, fetchTool, freePorts, startChild, waitFor } from '@pareto/testkit';
import { refusalOf } from '../support/client.js';
import { probe } from '../support/service-process.js';
import { useDigits } from '../support/shared-digits.js';
import { skipWithout } from '../support/skip.js';

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

describe('the queries for dashboards', function () {
  this.timeout(60_000);
  const theDigits = useDigits();

  it('name metrics and labels that the services export', async () => {
    const { client, cluster, digits } = theDigits();
    // A histogram has series from the first value on.
    await client.infer('digits', [digits.input(0)]);
    const services = [...cluster.controllers, ...cluster.routers, ...cluster.workers];
    const pages = await Promise.all(services.map(({ metricsPort }) => probe(metricsPort, '/metrics')));
    const exported = pages.map(({ text }) => text).join('\n');
    for (const { query } of dashboardQueries) {
      const names = query.match(/\bpareto_\w+/g) ?? [];
      assert.ok(names.length > 0, query);
      // Prometheus adds the address of the service.
      const labels = [...query.matchAll(/by \(([^)]+)\)|\{(\w+)[=!]/g)]
        .flatMap(([, by, matched]) => (by ?? matched ?? '').split(', '))
        .filter((label) => label !== 'instance');
      const missing = names.filter((name) => !new RegExp(`^${name}[{ ]`, 'm').test(exported));
      assert.deepEqual(missing, [], query);
      for (const label of labels)
        assert.ok(
          names.some((name) => new RegExp(`^${name}\\{.*\\b${label}="`, 'm').test(exported)),
          `${label}: ${query}`,
        );
    }
  });

  describe('on a Prometheus', () => {
    let address: string;
    const owned: AsyncDisposable[] = [];
    before(async function () {
      this.timeout(300_000); // the first time on a machine, Prometheus is unpacked
      const program = await fetchTool('prometheus');
      skipWithout(this, program.kind === 'missing' ? program.reason : undefined);
      if (program.kind === 'missing') return;
      const { cluster } = theDigits();
      const services = [...cluster.controllers, ...cluster.routers, ...cluster.workers];
      const targets = services.map(({ metricsPort }) => `127.0.0.1:${metricsPort}`);
      const folder = await createTempFolder();
      owned.push(folder);
      const scrape = { job_name: 'pareto', scrape_interval: '250ms', static_configs: [{ targets }] };
      await writeFile(folder.file('prometheus.json'), JSON.stringify({ scrape_configs: [scrape] }));
      const [port = 0] = await freePorts(1);
      address = `127.0.0.1:${port}`;
      const flags = { 'config.file': folder.file('prometheus.json'), 'storage.tsdb.path': folder.file('data') };
      const args = Object.entries({ ...flags, 'web.listen-address': address });
      owned.push(
        startChild(
          program.path,
          args.map(([name, value]) => `--${name}=${value}`),
        ),
      );
      await waitFor('scrapes', async () => (await ask('sum(up)'))[0]?.value[1] === String(targets.length) || undefined);
    });
    after(async () => {
      for (const one of owned.reverse()) await one[Symbol.asyncDispose]();
    });

    /** Returns the series of a query. Empty while Prometheus starts. */
    async function ask(query: string): Promise<readonly Series[]> {
      const url = `http://${address}/api/v1/query?query=${encodeURIComponent(query)}`;
      const response = await fetch(url).catch(() => undefined);
      if (response?.status === 503) return [];
      const { data } = ((await response?.json()) ?? {}) as { readonly data?: { readonly result: readonly Series[] } };
      return data?.result ?? [];
    }
    const numberOf = async (query: string): Promise<number> => Number((await ask(query))[0]?.value[1]);

    it('return series, also without an error so far', async () => {
      const { client, cluster, digits } = theDigits();
      for (let index = 0; index < 20; index++) await client.infer('digits', [digits.input(index)]);
      await client.infer('mlp-tiny', [digits.input(0)]);
      await refusalOf(client.infer('a-name-of-the-client', [digits.input(0)]));
      const counted = await Promise.all(
        cluster.routers.map(async (router) => (await router.metrics()).value('pareto_requests_total')),
      );
      const sent = counted.reduce((sum, count) => sum + count, 0);
      assert.ok(sent >= 22);
      // A sum over all services counts each query once.
      await waitFor('the queries', async () => (await numberOf('sum(pareto_requests_total)')) === sent || undefined);
      for (const { title, query } of dashboardQueries) {
        const series = await waitFor(title, async () => {
          const found = await ask(query);
          const isKnown = ({ value }: Series): boolean => Number.isFinite(Number(value[1]));
          return found.some(isKnown) ? found : undefined;
        });
        if (query.includes('by (task)'))
          assert.ok(
            series.some(({ metric }) => metric['task'] === 'digits'),
            query,
          );
      }
      const byTarget = await ask('sum by (task, target) (pareto_requests_total)');
      const names = byTarget.map(({ metric }) => `${metric['task']}/${metric['target']}`);
      for (const name of ['digits/digits', 'digits/mlp-tiny', 'unknown/unknown']) assert.ok(names.includes(name), name);
      assert.ok(!names.join().includes('a-name-of-the-client'));
    });

    it('count each process once', async () => {
      const { cluster } = theDigits();
      const processes = new Set(
        [...cluster.controllers, ...cluster.routers, ...cluster.workers].map(({ child }) => child.pid),
      );
      assert.equal(await numberOf('count(process_cpu_seconds_total)'), processes.size);
    });
  });
});
