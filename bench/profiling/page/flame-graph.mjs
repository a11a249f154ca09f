// Draws a flame graph in the browser, from the data in the page (`flame-page.ts`).

import flamegraph from 'd3-flame-graph';
import { select } from 'd3-selection';

const { document } = globalThis;
const element = (id) => document.getElementById(id);
const { unit, colours, frames, root } = JSON.parse(element('data').textContent);

const nodeOf = ([frame, value, children = []]) => {
  const [name, at, kind] = frames[frame];
  return { name, at, colour: colours[kind], value, children: children.map(nodeOf) };
};
const tree = nodeOf(root);

const number = (value) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const amount = (value) => `${number(value)} ${unit} per request, ${number((100 * value) / tree.value)} %`;
const selfOf = ({ value, children }) => children.reduce((left, child) => left - child.value, value);
const describe = ({ data }) =>
  [
    [data.name, data.at].filter(Boolean).join('   '),
    `${amount(data.value)}; without calls: ${amount(Math.max(0, selfOf(data)))}`,
  ].join('\n');

const details = element('details');
const hint = 'Point at a frame to see its function, click to zoom in. The width of a frame is its share.';
const showDetails = (text) => {
  details.textContent = text ?? searchResult ?? hint;
};
let searchResult;

const width = () => element('graph').clientWidth;
const chart = flamegraph()
  .width(width())
  .cellHeight(20)
  .inverted(true)
  .minFrameSize(1)
  .transitionDuration(150)
  .getName(({ data }) => (data.name === '(anonymous)' ? `in ${data.at.split('/').pop()}` : data.name))
  .setLabelHandler(describe)
  .setDetailsHandler(showDetails)
  .setColorMapper((node) => (node.highlight ? '#ff5fd2' : node.data.colour))
  .setSearchMatch(({ data }, term) => `${data.name} ${data.at}`.toLowerCase().includes(term.toLowerCase()))
  .setSearchHandler((results, sum) => {
    searchResult = `${results.length} frames match: ${amount(sum)}`;
    showDetails();
  });

select('#graph').datum(tree).call(chart);
showDetails();

element('search').addEventListener('input', ({ target }) => {
  if (target.value !== '') return chart.search(target.value);
  searchResult = undefined;
  chart.clear();
  showDetails();
});
element('reset').addEventListener('click', () => chart.resetZoom());
globalThis.addEventListener('resize', () => chart.width(width()).update());
