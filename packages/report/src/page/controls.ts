// The controls above a chart.

/** Adds a list of names, of which one is chosen: the first one at first. */
export function addChoice(
  place: HTMLElement,
  label: string,
  names: readonly string[],
  onChoose: (index: number) => void,
): void {
  const select = document.createElement('select');
  select.ariaLabel = label;
  select.append(...names.map((name) => new Option(name)));
  select.addEventListener('change', () => onChoose(select.selectedIndex));
  place.append(select);
}

export function addSwitch(place: HTMLElement, name: string, isOn: boolean, onSwitch: (isOn: boolean) => void): void {
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.checked = isOn;
  box.addEventListener('change', () => onSwitch(box.checked));
  const label = document.createElement('label');
  label.append(box, name);
  place.append(label);
}
