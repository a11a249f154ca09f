// The page of a load: the attainment of each second in the simulation, over that of the real runs.

import {
  classColor,
  figure,
  formatPage,
  htmlTable,
  markup,
  numberColumn,
  otherColor,
  overTime,
  roundForChart,
  section,
  textColumn,
  type Intervals,
  type Series,
  type Values,
} from '@pareto/report';
import { judgeRow, type Row } from '@pareto/testkit';
import { meanPerSecond, secondMs } from './outcome.js';
import type { ComparedLoad } from './rows.js';

interface Line extends Series {
  readonly style?: 'weak' | 'dotted';
}

/** The data of the chart `attainment`, as the script of the pages of the load generator reads it. */
interface PageData extends Intervals {
  readonly attainment: readonly Line[];
}

const percents = (shares: readonly (number | null)[]): Values =>
  shares.map((share) => (share === null ? null : roundForChart(100 * share)));

/** Returns the text of an HTML file. */
export function comparisonPage(load: ComparedLoad, rows: readonly Row[]): string {
  const { name, real, simulated } = load;
  const means = [meanPerSecond(simulated), meanPerSecond(real)];
  const data: PageData = {
    ...{ intervalS: secondMs / 1_000, intervals: means[0]?.length ?? 0 },
    attainment: [
      { name: 'simulated', color: classColor(0), values: percents(means[0] ?? []) },
      { name: 'real, mean', color: classColor(4), values: percents(means[1] ?? []) },
      ...real.map(({ perSecond }, index): Line => ({
        ...{ name: `real run ${index + 1}`, color: otherColor, values: percents(perSecond), style: 'weak' },
      })),
    ],
  };
  return formatPage({
    title: `Fidelity of the simulator: ${name}`,
    body: markup`
<header><h1>Fidelity of the simulator: ${name}</h1></header>
<main>
${overTime(data.intervalS, figure('attainment', 'Attainment', `Share of the queries that arrived in a second and were answered within their objective: the mean of ${simulated.length} simulations, and ${real.length} runs on a real cluster.`))}
${section('Figures', figureTable(rows))}
</main>`,
    data,
    script: new URL('../../loadgen/dist/page/main.js', import.meta.url),
  });
}

const figureTable = (rows: readonly Row[]): ReturnType<typeof htmlTable> =>
  htmlTable(
    [textColumn('figure'), numberColumn('value'), textColumn('unit'), textColumn('limit'), textColumn('')],
    rows
      .map(judgeRow)
      .map(({ name, value, unit, reach, holds }) => [
        ...[name, value === null ? '–' : value.toPrecision(4), unit, reach ?? ''],
        holds === null ? '' : holds ? 'holds' : 'missed',
      ]),
  );
