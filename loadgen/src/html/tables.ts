// The figures of a run by class, reason and variant.

import {
  barsColumn,
  classColor,
  formatCount,
  formatMs,
  formatPercent,
  htmlTable,
  markup,
  numberColumn,
  otherColor,
  shareBar,
  textColumn,
  withSwatch,
  type HtmlRow,
  type Markup,
  type Series,
} from '@pareto/report';
import type { ClassReport, LoadReport } from '../tally/load-report.js';

/** Returns a row for each class and, if there are several, one for all of them. */
export function classTable({ classes, latencyMs }: LoadReport): Markup {
  const sum = (field: 'sent' | 'answered' | 'onTime' | 'rejected'): number =>
    classes.reduce((total, each) => total + each[field], 0);
  const all = {
    sent: sum('sent'),
    answered: sum('answered'),
    onTime: sum('onTime'),
    rejected: sum('rejected'),
    latencyMs,
  };
  const counts = ['Sent', 'Within objective', 'Late', 'Rejected', 'Failed'];
  return htmlTable(
    [textColumn('Class'), ...['Objective', ...counts, 'p50', 'p90', 'p99', 'p99.9', 'Max'].map(numberColumn)],
    [
      ...classes.map((each, index) => [
        withSwatch(each.name, classColor(index)),
        formatMs(each.objectiveMs),
        ...figures(each),
      ]),
      ...(classes.length > 1 ? [['all classes', '', ...figures(all)]] : []),
    ],
  );
}

function figures(report: Pick<ClassReport, 'sent' | 'answered' | 'onTime' | 'rejected' | 'latencyMs'>): HtmlRow {
  const { sent, answered, onTime, rejected, latencyMs } = report;
  const counts = [onTime, answered - onTime, rejected, sent - answered - rejected];
  const latencies = [latencyMs.p50, latencyMs.p90, latencyMs.p99, latencyMs.p999, latencyMs.max];
  return [
    formatCount(sent),
    ...counts.map((count) => withShare(count, sent)),
    ...latencies.map((ms) => (answered === 0 ? '–' : formatMs(ms))),
  ];
}

/** Returns the reasons of rejections and failures, with the colours of their statuses. */
export function failureTable({ failures, sent }: LoadReport, statuses: readonly Series[]): Markup {
  if (failures.length === 0) return markup`<p>Every request was answered.</p>`;
  const most = failures[0]?.count ?? 1;
  return htmlTable(
    [textColumn('Status'), textColumn('Reason'), numberColumn('Requests'), barsColumn],
    failures.map(({ code, reason, count }) => {
      const color = statuses.find(({ name }) => name === code)?.color ?? '';
      return [withSwatch(code, color), reason, withShare(count, sent), shareBar(count / most, color)];
    }),
  );
}

/** Returns the answers by variant, with the colours of the chart. */
export function variantTable({ variants, labelled }: LoadReport, series: readonly Series[]): Markup {
  const entries = Object.entries(variants).sort(([, a], [, b]) => b.answers - a.answers);
  if (entries.length === 0) return markup`<p>No request was answered.</p>`;
  const total = entries.reduce((sum, [, { answers }]) => sum + answers, 0);
  const allLabelled = labelled === total;
  return htmlTable(
    [textColumn('Variant'), numberColumn('Answers'), ...(allLabelled ? [numberColumn('Correct')] : []), barsColumn],
    entries.map(([name, { answers, right }]) => {
      const color = series.find((each) => each.name === name)?.color ?? otherColor;
      return [
        withSwatch(name, color),
        withShare(answers, total),
        ...(allLabelled ? [formatPercent(right / answers)] : []),
        shareBar(answers / total, color),
      ];
    }),
  );
}

const withShare = (count: number, total: number): Markup =>
  markup`${formatCount(count)} <small>${formatPercent(total === 0 ? 0 : count / total)}</small>`;
