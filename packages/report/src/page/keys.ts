// The keys of a chart: what a pointer does is possible without one.

import type uPlot from 'uplot';

/**
 * Lets keys move the pointer of a focused chart from value to value, zoom around it, and hide and show series. `zoom` sets
 * the range of the horizontal axis; if omitted, that of this chart.
 */
export function addKeys(
  chart: uPlot,
  values: readonly number[],
  zoom: (min: number, max: number) => void = (min, max) => chart.setScale('x', { min, max }),
): void {
  const [first = 0, last = 0] = [values[0], values.at(-1)];
  const scaleBy = (factor: number, { min, max, at }: View): void => {
    const size = (max - min) * factor;
    const from = Math.max(first, Math.min(at - size / 2, last - size));
    zoom(from, Math.min(last, from + size));
  };
  const keys: Readonly<Record<string, (view: View, step: number) => void>> = {
    ArrowLeft: ({ index }, step) => movePointer(chart, values, index - step),
    ArrowRight: ({ index }, step) => movePointer(chart, values, index + step),
    Home: () => movePointer(chart, values, 0),
    End: () => movePointer(chart, values, values.length - 1),
    '+': (view) => scaleBy(0.5, view),
    '-': (view) => scaleBy(2, view),
    Escape: () => zoom(first, last),
  };
  chart.over.tabIndex = 0;
  chart.over.role = 'application';
  chart.over.ariaLabel = 'Chart: the arrows move the pointer, plus and minus zoom, Escape zooms out';
  chart.over.addEventListener('keydown', (event) => {
    const act = keys[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(viewOf(chart, values), event.shiftKey ? 20 : 1);
  });
  for (const name of chart.root.querySelectorAll<HTMLElement>('.u-series:not(:first-child) th')) addNameKeys(name);
}

/** The shown range, and the value at the pointer: the middle one if there is no pointer. */
interface View {
  readonly min: number;
  readonly max: number;
  readonly index: number;
  readonly at: number;
}

function viewOf(chart: uPlot, values: readonly number[]): View {
  const { min = 0, max = 1 } = chart.scales['x'] ?? {};
  const index = chart.cursor.idx ?? chart.valToIdx((min + max) / 2);
  return { min, max, index, at: values[index] ?? min };
}

/** Moves the pointer to a value, within the shown range. */
function movePointer(chart: uPlot, values: readonly number[], index: number): void {
  const { min = 0, max = 1 } = chart.scales['x'] ?? {};
  const shown = values.filter((value) => value >= min && value <= max);
  const wanted = values[Math.max(0, Math.min(index, values.length - 1))] ?? min;
  const value = Math.max(shown[0] ?? min, Math.min(wanted, shown.at(-1) ?? max));
  const { left, top, height } = chart.rect;
  // An event reaches the other charts too.
  const position = { clientX: left + chart.valToPos(value, 'x'), clientY: top + height / 2 };
  chart.over.dispatchEvent(new MouseEvent('mousemove', position));
}

function addNameKeys(name: HTMLElement): void {
  name.tabIndex = 0;
  name.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    name.click();
  });
}
