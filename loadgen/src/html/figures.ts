// The places of the charts, with their titles and explanations. The script of the page draws into them.

import { figure as place, markup, type Markup } from '@pareto/report';
import type { ChartData } from './chart-data.js';

/** Charts by the name under which the script finds their place. */
export type ChartName = 'outcomes' | 'attainment' | 'latency' | 'variants' | 'percentiles' | 'failures';

const figure = (name: ChartName, title: string, explanation: string): Markup => place(name, title, explanation);

export const timeFigures = ({ variants }: ChartData): Markup => markup`
${figure(
  'outcomes',
  'Requests per second, by outcome',
  'The upper edge is the rate of sending. Each request counts at the time at which it was to be sent, whenever its answer came.',
)}
${figure(
  'attainment',
  'Attainment: requests answered within their objective',
  'Share of all requests of a class, also of those that were rejected or failed.',
)}
${figure(
  'latency',
  'Latency of answers',
  'From the time at which a request was to be sent until its answer. Dashed lines are the latency objectives.',
)}
${variants.length === 0 ? '' : figure('variants', 'Variants in use', 'Share of the answers that each variant gave.')}`;

export const percentileFigure = ({ percentiles }: ChartData): Markup =>
  percentiles.length === 0
    ? markup``
    : figure(
        'percentiles',
        'Latency by percentile',
        'At 99 %, a curve shows the latency that 99 % of the answers of its class did not exceed. Dashed lines are the latency objectives.',
      );

export const failureFigure = ({ failures }: ChartData): Markup =>
  failures.length === 0
    ? markup``
    : figure('failures', 'Rejected and failed requests per second, by status', 'Status codes are those of gRPC.');
