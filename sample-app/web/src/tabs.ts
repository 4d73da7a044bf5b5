/** Shows one panel at a time, as the pattern for tabs says: arrow keys move, only the chosen tab is in the tab order. */
export function connectTabs(list: HTMLElement): (id: string) => void {
  const tabs = [...list.querySelectorAll<HTMLButtonElement>('[role=tab]')];

  function choose(id: string): void {
    for (const tab of tabs) {
      const isChosen = tab.id === id;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '');
      if (panel !== null) panel.hidden = !isChosen;
    }
  }

  list.addEventListener('click', ({ target }) => {
    const tab = (target as Element).closest<HTMLElement>('[role=tab]');
    if (tab !== null) choose(tab.id);
  });
  list.addEventListener('keydown', (event) => {
    const index = tabs.findIndex(({ id }) => id === document.activeElement?.id);
    const steps: Record<string, number> = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: -1 };
    const next = steps[event.key];
    const tab = next === undefined ? undefined : tabs.at(next % tabs.length);
    if (index < 0 || tab === undefined) return;
    event.preventDefault();
    choose(tab.id);
    tab.focus();
  });
  choose(tabs[0]?.id ?? '');
  return choose;
}
