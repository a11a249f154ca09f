// The quick start's table of results, and the hints for a cluster that is left running.

import type { Cluster, Topology } from '@pareto/local';
import { formatTable } from '@pareto/report';
import { defaultController, defaultRouter } from '../context/options.js';
import { formatCost, formatMs, formatPercent } from '../terminal/format.js';
import type { Paint } from '../terminal/terminal.js';
import type { Outcome } from './run-query.js';

/** Returns the number of recognized digits, and of all digits. */
const rightOf = ({ query, hits }: Outcome): string =>
  query.items === 0 || query.expect.kind === 'refusal' ? '-' : `${hits}/${query.items}`;

export const formatOutcomes = (outcomes: readonly Outcome[], paint: Paint, width: number): string =>
  formatTable<Outcome>(
    [
      { title: 'ASKED FOR', text: true, cell: ({ query }) => query.description },
      { title: 'VARIANT', cell: ({ answeredBy }) => answeredBy },
      { title: 'RIGHT', align: 'right', drop: 2, cell: rightOf },
      {
        title: 'LATENCY',
        align: 'right',
        cell: ({ latencyMs }) => (latencyMs === undefined ? '-' : formatMs(latencyMs)),
      },
      {
        title: 'ACCURACY',
        align: 'right',
        cell: ({ accuracy }) => (accuracy === null ? '-' : formatPercent(accuracy.value)),
      },
      { title: 'USD/1M', drop: 1, cell: ({ costPer1k }) => formatCost(costPer1k) },
      { title: 'MET', cell: ({ problem }) => (problem === undefined ? paint.green('yes') : paint.red('NO')) },
      {
        title: 'REASON',
        text: true,
        cell: ({ reason, problem }) => (problem === undefined ? reason : paint.red(problem)),
      },
    ],
    outcomes,
    { width },
  );

/** Minimum share of correct answers. The smallest model has more than 90 %, so this allows for an unlucky sample. */
const minRight = 0.8;

/** Returns the unmet expectations. Empty if all were met. */
export function findFailures(outcomes: readonly Outcome[]): readonly string[] {
  const scored = outcomes.filter((outcome) => rightOf(outcome) !== '-');
  const total = scored.reduce((sum, { query }) => sum + query.items, 0);
  const hits = scored.reduce((sum, outcome) => sum + outcome.hits, 0);
  const few = hits < minRight * total ? [`only ${hits} of ${total} digits were recognized`] : [];
  const failed = outcomes.flatMap(({ query, problem }) =>
    problem === undefined ? [] : [`${query.description}: ${problem}`],
  );
  return [...failed, ...few];
}

/** The part of a topology that determines the address for HTTP. */
interface HttpTopology {
  readonly router: Pick<Topology['router'], 'httpPort'>;
}

/** Returns a curl command that sends an image of a seven. Empty if HTTP is off. */
function curlLine({ router: { httpPort } }: HttpTopology, samples: string): string {
  if (httpPort === undefined) return '';
  const request = samples.replace(/validation\.npz$/, 'seven.json');
  return `  curl -H 'x-pareto-min-accuracy: 0.98' -d @${request} 127.0.0.1:${httpPort}/v2/models/digits/infer\n`;
}

/** Returns the lines after which the CLI finds the cluster in the same shell. Empty if it finds it at the default ports. */
function exportLines(controllers: readonly string[], router: string): string {
  const controller = controllers.join(',');
  if (controller === defaultController && router === defaultRouter) return '';
  return `
  # The ports are not the default ones, so that other commands, such as those of README.md, need:
  export PARETO_CONTROLLER=${controller}
  export PARETO_ROUTER=${router}
`;
}

export const connectionHints = (
  { endpoints: { controller, router }, topology }: Pick<Cluster, 'endpoints'> & { readonly topology: HttpTopology },
  samples: string,
): string => `The cluster keeps running. To use it:
${exportLines(controller, router)}
  npx pareto infer --target digits --input image=@${samples}#12 --min-accuracy 0.98
  npx pareto frontier digits --svg frontier.svg
  npx pareto top

${curlLine(topology, samples)}
  # pip install "tritonclient[grpc]" numpy
  import numpy, tritonclient.grpc as triton
  data = numpy.load("${samples}")
  client = triton.InferenceServerClient("${router}")
  image = triton.InferInput("image", [1, 1, 28, 28], "FP32")
  image.set_data_from_numpy(data["image"][12:13])
  answer = client.infer("digits", [image], parameters={"latency_ms": 20, "min_accuracy": "0.98"})
  print(answer.as_numpy("logits").argmax(), "expected", data["label"][12])
  print(answer.get_response().parameters["pareto_variant"].string_param)

Ctrl-C stops the cluster.`;
