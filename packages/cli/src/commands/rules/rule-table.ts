// Tables of rules (pin, deny, warm, cold) and of their history.

import type { wire } from '@pareto/protocol';
import { formatTable } from '@pareto/report';
import { taskOf } from '../../rule-setting/rule-text.js';
import { formatSpan } from '../../terminal/format.js';

const remainingOf = ({ remainingMs }: wire.Rule): string => (remainingMs === 0 ? 'no end' : formatSpan(remainingMs));

export const formatRules = (rules: readonly wire.Rule[], width: number): string =>
  formatTable<wire.Rule>(
    [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'RULE', cell: ({ kind }) => kind },
      { title: 'TARGET', cell: ({ target }) => target },
      { title: 'TASK', drop: 1, cell: taskOf },
      { title: 'LEFT', align: 'right', drop: 2, cell: remainingOf },
      { title: 'AGE', align: 'right', drop: 4, cell: ({ ageMs }) => formatSpan(ageMs) },
      { title: 'BY', drop: 3, cell: ({ actor }) => actor },
      { title: 'REASON', text: true, cell: ({ reason }) => reason },
    ],
    rules,
    { width },
  );

interface Event extends wire.RuleEvent {
  readonly rule: wire.Rule;
}

export const formatEvents = (events: readonly wire.RuleEvent[], width: number): string =>
  formatTable<Event>(
    [
      { title: 'AGO', align: 'right', cell: ({ ageMs }) => formatSpan(ageMs) },
      { title: 'WHAT', cell: ({ kind }) => kind },
      { title: 'BY', cell: ({ actor }) => actor },
      { title: 'ID', drop: 2, cell: ({ rule }) => rule.id },
      { title: 'RULE', cell: ({ rule }) => rule.kind },
      { title: 'TARGET', cell: ({ rule }) => rule.target },
      { title: 'TASK', drop: 1, cell: ({ rule }) => taskOf(rule) },
      { title: 'REASON', text: true, cell: ({ rule }) => rule.reason },
    ],
    events.flatMap((event) => (event.rule === null ? [] : { ...event, rule: event.rule })),
    { width },
  );
