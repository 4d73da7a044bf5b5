/** The element of the page with this id. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no #${id}.`);
  return element as E;
}

/** A new element; properties are set as they are in the DOM. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Says something below the element that it is about. */
export function say(id: string, text: string, kind: 'plain' | 'good' | 'error' = 'plain'): void {
  const place = byId(id);
  place.textContent = text;
  place.classList.toggle('is-error', kind === 'error');
  place.classList.toggle('is-good', kind === 'good');
}
