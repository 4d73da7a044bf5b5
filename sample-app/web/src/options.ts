import { byId, element, say } from './dom.js';
import { explain } from './errors.js';
import { changeOptions, type Options, type Setup } from './setup.js';

const BUFFERS = [500, 2000, 5000];

/** The switches, and the options as code. */
export class OptionSwitches {
  private options: Options;

  /** @param onChange - called once the application runs with other options. */
  constructor(
    private readonly setup: Setup,
    private readonly onChange: (options: Options) => void,
  ) {
    this.options = setup.options;
    const { batchResponse, batchRequestBufferThrottle: buffer } = this.options;
    this.offer('batchResponse', [...new Set(['blank', 'repeat', batchResponse])]);
    this.offer('lostResponse', ['strict', 'forgiving']);
    this.offer(
      'batchRequestBufferThrottle',
      [...new Set([...BUFFERS, buffer])].sort((a, b) => a - b),
      seconds,
    );
    byId('options').addEventListener('change', () => void this.apply());
    this.show();
    if (!setup.changeable) say('options-message', 'In production they are what they are.');
  }

  /** While an experiment runs they stay as they are. */
  set isLocked(isLocked: boolean) {
    for (const input of byId('options').querySelectorAll('input')) input.disabled = isLocked || !this.setup.changeable;
  }

  private offer(
    name: keyof Options,
    values: readonly (string | number)[],
    label: (value: never) => string = String,
  ): void {
    const place = document.querySelector(`[data-option=${name}]`);
    const inputs = values.map((value) => {
      const input = element('input', { type: 'radio', name, value: String(value) });
      input.disabled = !this.setup.changeable;
      return element('label', {}, input, label(value as never));
    });
    place?.replaceChildren(...inputs);
  }

  private async apply(): Promise<void> {
    const chosen = new FormData(byId<HTMLFormElement>('options'));
    const wanted = {
      batchResponse: chosen.get('batchResponse'),
      lostResponse: chosen.get('lostResponse'),
      batchRequestBufferThrottle: Number(chosen.get('batchRequestBufferThrottle')),
    } as Options;
    say('options-message', 'The application is being built anew …');
    try {
      await changeOptions(wanted);
      this.options = wanted;
      this.onChange(wanted);
      say('options-message', 'The application runs with these options now.', 'good');
    } catch (error) {
      say('options-message', explain(error), 'error');
    }
    this.show();
  }

  private show(): void {
    const { batchResponse, lostResponse, batchRequestBufferThrottle } = this.options;
    for (const input of byId('options').querySelectorAll('input')) {
      input.checked = String(this.options[input.name as keyof Options]) === input.value;
    }
    byId('options-code').textContent = [
      'TokenAuthModule.forRoot({',
      '  userEntity: User,',
      `  batchResponse: '${batchResponse}',`,
      `  lostResponse: '${lostResponse}',`,
      `  batchRequestBufferThrottle: ${code(batchRequestBufferThrottle)},`,
      '})',
    ].join('\n');
  }
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

function code(ms: number): string {
  return ms % 1000 === 0 ? `'${ms / 1000}s'` : String(ms);
}
