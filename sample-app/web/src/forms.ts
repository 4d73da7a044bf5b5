import { TokenAuthError } from 'nestjs-token-auth/client';
import { element } from './dom.js';
import { explain } from './errors.js';

/** The values of a form by the names of its fields; empty ones that need not be given are left out. */
export type Values = Record<string, string>;

/**
 * Lets a form call a function when it is submitted: errors appear at their fields or below the form, what the function returns
 * is said there too. Meanwhile its buttons do nothing.
 *
 * @param submit - gets the values, and the value of the button.
 */
export function onSubmit(
  form: HTMLFormElement,
  submit: (values: Values, action: string) => Promise<string | void>,
): void {
  const message = element('p', { className: 'form-message', id: `${form.id}-message` });
  message.setAttribute('role', 'status');
  form.append(message);
  for (const input of inputsOf(form)) addErrorPlace(input);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (form.ariaBusy === 'true') return;
    clear(form, message);
    if (!checkFields(form)) return;
    const action = (event.submitter as HTMLButtonElement | null)?.value ?? '';
    void run(form, message, () => submit(valuesOf(form), action));
  });
}

async function run(form: HTMLFormElement, message: HTMLElement, work: () => Promise<string | void>): Promise<void> {
  form.ariaBusy = 'true';
  try {
    message.textContent = (await work()) ?? '';
    message.classList.add('is-good');
  } catch (error) {
    showError(form, message, error);
  } finally {
    form.ariaBusy = 'false';
  }
}

function showError(form: HTMLFormElement, message: HTMLElement, error: unknown): void {
  const faults = error instanceof TokenAuthError ? error.fieldErrors : {};
  const faulty = inputsOf(form).filter((input) => {
    const texts = faults[input.name];
    if (texts === undefined || texts.length === 0) return false;
    setError(input, sentence(texts.join(', ')));
    return true;
  });
  faulty[0]?.focus();
  if (faulty.length > 0) return;
  message.textContent = explain(error);
  message.classList.add('is-error');
}

/** Takes away what an earlier try has left. */
function clear(form: HTMLFormElement, message: HTMLElement): void {
  for (const input of inputsOf(form)) setError(input, '');
  message.textContent = '';
  message.classList.remove('is-error', 'is-good');
}

/** What the browser itself can tell, in the place of our errors. */
function checkFields(form: HTMLFormElement): boolean {
  const wrong = inputsOf(form).filter((input) => !isHidden(input) && !input.checkValidity());
  for (const input of wrong) setError(input, input.validationMessage);
  wrong[0]?.focus();
  return wrong.length === 0;
}

function valuesOf(form: HTMLFormElement): Values {
  const given = inputsOf(form).filter((input) => !isHidden(input) && input.value !== '');
  return Object.fromEntries(given.map(({ name, value }) => [name, value]));
}

function inputsOf(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.querySelectorAll('input')];
}

function isHidden(input: HTMLInputElement): boolean {
  return input.closest('[hidden]') !== null;
}

function addErrorPlace(input: HTMLInputElement): void {
  const place = element('p', { className: 'error', id: `${input.id}-error` });
  input.closest('.field')?.append(place);
  input.setAttribute('aria-describedby', place.id);
}

function setError(input: HTMLInputElement, text: string): void {
  const place = document.getElementById(`${input.id}-error`);
  if (place !== null) place.textContent = text;
  if (text === '') input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
