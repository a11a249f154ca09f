// The first page of a profile: the flame graphs, the counts and the largest functions of each process.

import type { Count } from './counts.js';
import { listFunctions, type Flame } from './flame.js';
import { escapeHtml, formatNumber, renderPage } from './html.js';
import type { CellProfile, Profile, RoleProfile } from './profile.js';

const functionsShown = 15;

/** Returns the path of the page of a flame graph, below the folder of the profile. */
export const flamePath = (cell: string, role: string, flame: string): string =>
  `${toFileName(cell)}/${toFileName(`${role} ${flame}`)}.html`;

const toFileName = (text: string): string => text.toLowerCase().replaceAll(/\W+/g, '-');

export function renderIndex({ cells, machine, node, load, commit, date }: Profile): string {
  const title = 'Profile of the path of a request';
  const where = `${machine.cores} x ${machine.cpu}, load ${load.start} to ${load.end}, Node ${node}, commit ${commit}, ${date.slice(0, 10)}`;
  const body = [
    `<h1>${title}</h1><p>${escapeHtml(where)}</p>`,
    '<p>Values are per request, and sums over all processes of a role. See docs/performance.md for their meaning.</p>',
    ...cells.map(renderCell),
  ];
  return renderPage({ title, body: body.join('\n') });
}

function renderCell({ name, rate, roles, missing }: CellProfile): string {
  return [
    `<h2>${escapeHtml(name)}: ${formatNumber(rate)} requests per second</h2>`,
    ...missing.map((reason) => `<p>not measured: ${escapeHtml(reason)}</p>`),
    renderTable(['', ...roles.map(({ role }) => role)], [...flameRows(name, roles), ...countRows(roles)]),
    ...roles.flatMap(({ role, flames }) =>
      flames
        .filter((flame) => flame.name === 'CPU time')
        .map(({ flame }) => renderDetails(`Functions of the ${role} with the most CPU time`, renderFunctions(flame))),
    ),
  ].join('\n');
}

const renderDetails = (summary: string, content: string): string =>
  `<details><summary>${summary}</summary>${content}</details>`;

/** Returns a row of links for each kind of flame graph. */
function flameRows(cell: string, roles: readonly RoleProfile[]): readonly (readonly string[])[] {
  const names = [...new Set(roles.flatMap(({ flames }) => flames.map(({ name }) => name)))];
  return names.map((name) => [
    `flame graph: ${name}`,
    ...roles.map(({ role }) => `<a href="${flamePath(cell, role, name)}">open</a>`),
  ]);
}

/** Returns a row for each count of any role, in the order of the roles' counts. */
function countRows(roles: readonly RoleProfile[]): readonly (readonly string[])[] {
  const counts = new Map(roles.flatMap((role) => role.counts.map((count) => [count.name, count])));
  return Array.from(counts.values(), ({ name, unit }) => [
    escapeHtml(unit === '' ? name : `${name}, ${unit}`),
    ...roles.map((role) => formatNumber(valueOf(role.counts, name))),
  ]);
}

const valueOf = (counts: readonly Count[], wanted: string): number =>
  counts.find(({ name }) => name === wanted)?.value ?? NaN;

const renderFunctions = (flame: Flame): string =>
  renderTable(
    ['function', 'file', 'own, µs', 'own, %', 'with calls, µs'],
    listFunctions(flame)
      .slice(0, functionsShown)
      .map(({ name, at, self, total }) => [
        escapeHtml(name),
        `<span class="at">${escapeHtml(at)}</span>`,
        ...[self, (100 * self) / flame.total, total].map(formatNumber),
      ]),
    [0, 1],
  );

/** Renders a table. Cells are HTML. All columns but `textColumns` are numbers. */
function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: readonly number[] = [0],
): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell, column) => tableCell(cell, tag, textColumns.includes(column))).join('')}</tr>`;
  return `<table>${row(head, 'th')}${rows.map((cells) => row(cells, 'td')).join('\n')}</table>`;
}

const tableCell = (cell: string, tag: string, isText: boolean): string =>
  `<${tag}${isText ? '' : ' class="number"'}>${cell}</${tag}>`;
