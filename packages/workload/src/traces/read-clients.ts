// Reads clients with the law of their gaps in each window of time, as ServeGen publishes them.

import { ParetoError } from '@pareto/core';
import type { Trace } from '../arrivals/trace.js';
import type { ClientSegment, GapLaw, TraceClient } from '../arrivals/trace-client.js';
import type { CsvRow, CsvTable } from './csv-rows.js';

export const clientHeader = 'model,client,t_s,rate_rps,iat_cv,iat_dist,param1,param2';
/** Index of each column that is read. */
const columns = { model: 0, client: 1, time: 2, rate: 3, law: 5, shape: 6 };
/** Length of the windows that ServeGen fits a law to. */
const windowMs = 600_000;
const laws: ReadonlyMap<string, GapLaw> = new Map([
  ['Gamma', 'gamma'],
  ['Weibull', 'weibull'],
]);

export const isClientTable = ({ names }: CsvTable): boolean => names.join() === clientHeader;

/**
 * Returns the clients in the order of the file. Times are relative to 0. Windows that a client has no row for, or a rate
 * of 0, are missing data: the client has no arrivals then. The scale of a law is not read: the mean gap that it gives
 * differs by more than 5 % from that of the measured rate in 29 % of the windows, so the rate determines it.
 */
export function readClients({ rows }: CsvTable, file: string): Trace {
  const clients = new Map<string, ClientSegment[]>();
  let lengthMs = 0;
  for (const row of rows) {
    const name = `${row.text(columns.model)}/${row.text(columns.client)}`;
    const segments = clients.get(name) ?? [];
    clients.set(name, segments);
    const segment = readSegment(row, segments.at(-1)?.startMs ?? -Infinity);
    lengthMs = Math.max(lengthMs, segment.endMs);
    segments.push(segment);
  }
  if (clients.size === 0) throw new ParetoError('invalid-argument', `${file} has no rows after its header`);
  const withRates = [...clients.values()].map((segments, index): TraceClient => ({
    seed: index + 1,
    segments: segments.filter(({ ratePerSecond }) => ratePerSecond > 0),
  }));
  return { form: 'clients', clients: withRates, lengthMs };
}

function readSegment(row: CsvRow, lastMs: number): ClientSegment {
  const startMs = row.number(columns.time) * 1_000;
  if (startMs % windowMs !== 0) throw row.error(columns.time, 'is not a multiple of 600 s');
  if (startMs <= lastMs) throw row.error(columns.time, "is not after the time of the client's row above");
  const law = laws.get(row.text(columns.law));
  if (law === undefined) throw row.error(columns.law, 'is neither Gamma nor Weibull');
  const shape = row.number(columns.shape);
  if (shape < minShape) throw row.error(columns.shape, `is not a shape of at least ${minShape}`);
  return { startMs, endMs: startMs + windowMs, ratePerSecond: row.number(columns.rate), law, shape };
}

/** Limit of shapes. With smaller ones, nearly all gaps of the gamma law are 0. */
const minShape = 0.001;
