// `pareto events`: lists or follows the events of the controllers.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { isForPrograms, printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { formatEventLine, formatEventTable } from './event-table.js';
import { followEvents, type EventsQuery, type TimedEvent } from './follow-events.js';
import { duration } from '../../context/options.js';
import { formatSpan } from '../../terminal/format.js';
import { toPlain } from '../../terminal/plain-value.js';
import { repeatOptions } from '../../connection/repeat.js';

interface Options extends CommonOptions {
  readonly follow?: boolean;
  readonly warnings?: boolean;
  readonly since?: number;
}

export function addEvents(program: Command, context: Context): void {
  program
    .command('events')
    .summary('show what the controllers did, and why')
    .description(
      'Shows what the controllers did and why, oldest first: loading, unloading, generating, measuring, failures, rules, workers joining and leaving, changes of leader. The store keeps the last 10,000 events, for at most 7 days.',
    )
    .argument('[name]', 'task, model, variant or worker (default: all)')
    .option('-f, --follow', 'also print new events, across changes of leader, until Ctrl-C')
    .option('--since <duration>', 'maximum age of the events, such as 90s, 5m, 2h or 1d', duration)
    .option('--warnings', 'only events that need attention')
    .addHelpText(
      'after',
      '\nExamples:\n  pareto events --since 1h\n  pareto events digits --follow\n  pareto events --warnings -o json',
    )
    .action(async (name: string | undefined, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const request = { follow: options.follow === true, name: name ?? '' };
      await (request.follow ? follow : list)(context, options, request);
    });
}

const isWanted = ({ event }: TimedEvent, { warnings = false, since = Infinity }: Options): boolean =>
  (event.warning || !warnings) && event.ageMs <= since;

async function list(context: Context, options: Options, request: EventsQuery): Promise<void> {
  const events: wire.EventsResponse[] = [];
  await withController(options, (clients) =>
    followEvents(clients, {
      ...repeatOptions(context),
      request,
      onEvent: (timed) => isWanted(timed, options) && events.push(timed.event),
    }),
  );
  printResult(context, options, { events }, () => formatList(events, options, context));
}

function formatList(events: readonly wire.EventsResponse[], options: Options, context: Context): string {
  const { warnings = false, since } = options;
  if (events.length > 0) return formatEventTable(events, context.terminal.paint, widthOf(context, options));
  return `no ${warnings ? 'warnings' : 'events'}${since === undefined ? '' : ` in the last ${formatSpan(since)}`}`;
}

async function follow(context: Context, options: Options, request: EventsQuery): Promise<void> {
  const { terminal, clock, stop } = context;
  const onEvent = (timed: TimedEvent): void => {
    if (!isWanted(timed, options)) return;
    const { event, at } = timed;
    // The wall-clock time of the event.
    const time = new Date(clock.wallMs() - (clock.now() - at));
    if (isForPrograms(options)) terminal.print(JSON.stringify(toPlain({ ...event, time: time.toISOString() })));
    else terminal.print(formatEventLine(clockTime(time), event, terminal.paint));
  };
  await withController(options, (clients) =>
    followEvents(clients, { ...repeatOptions(context), request, onEvent }),
  ).catch((error: unknown) => {
    // Ctrl-C is the normal end of --follow.
    if (!stop.aborted) throw error;
  });
}

const clockTime = (time: Date): string => time.toTimeString().slice(0, 8);
