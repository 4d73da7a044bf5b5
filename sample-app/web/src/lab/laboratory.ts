import type { TokenAuthClient } from 'nestjs-token-auth/client';
import { byId, element } from '../dom.js';
import { explain } from '../errors.js';
import { draw } from './draw.js';
import type { Bead } from './events.js';
import { EXPERIMENTS, type Bench, type ExperimentName } from './experiments.js';
import { layOut } from './layout.js';
import type { Recorder } from './recorder.js';
import { conclude, tell } from './story.js';

/** The part of the page in which experiments are chosen, and seen while they run. */
export class Laboratory {
  private isRunning = false;
  private width = 0;

  constructor(
    private readonly client: TokenAuthClient<unknown>,
    private readonly recorder: Recorder,
    private readonly isCookieMode: boolean,
    /** Called when an experiment begins and ends. */
    private readonly onRunning: (isRunning: boolean) => void,
  ) {
    for (const button of this.buttons) button.addEventListener('click', () => void this.run(button));
    new ResizeObserver(([entry]) => {
      const width = Math.round(entry?.contentRect.width ?? 0);
      if (width === this.width) return;
      this.width = width;
      this.show();
    }).observe(byId('diagram'));
    this.update();
  }

  private get buttons(): HTMLButtonElement[] {
    return [...document.querySelectorAll<HTMLButtonElement>('[data-experiment]')];
  }

  /** What can be done depends on who is signed in, and on which tokens there are. */
  update(): void {
    const { isSignedIn } = this.client;
    for (const button of this.buttons) {
      const isPossible = isSignedIn && !(this.isCookieMode && button.dataset['experiment'] === 'replay');
      // Not `disabled` while one runs: that would take the focus away.
      button.disabled = !isPossible;
      button.setAttribute('aria-disabled', String(this.isRunning || !isPossible));
    }
    byId('laboratory-hint').textContent = this.hint(isSignedIn);
    this.offerOldTokens(this.recorder.tokens.ofThisClient().slice(1));
  }

  private offerOldTokens(old: readonly Bead[]): void {
    const select = byId<HTMLSelectElement>('old-token');
    const chosen = select.value;
    const choices = [
      element('option', { value: '', text: 'the previous' }),
      ...old.map((bead) => element('option', { value: String(bead), text: `token ${bead}` })),
    ];
    select.replaceChildren(...choices);
    if (choices.some(({ value }) => value === chosen)) select.value = chosen;
  }

  /** Draws what has happened until now. */
  show(): void {
    const { events, bufferOfPicture: buffer } = this.recorder;
    if (events.length === 0 || this.width === 0) return;
    const verdict = conclude(events, buffer);
    byId('diagram').replaceChildren(draw(layOut(events, this.width, buffer), `Sequence diagram. ${verdict}`));
    byId('story').replaceChildren(
      ...tell(events).map(({ text, isBad }) =>
        element('li', { className: isBad ? 'is-error' : '', textContent: text }),
      ),
    );
  }

  private hint(isSignedIn: boolean): string {
    if (!isSignedIn) return 'Sign in first: each experiment sends real requests with your token.';
    if (this.isCookieMode)
      return 'The token is in a cookie, which no script can see: the picture shows requests without beads.';
    return 'Each experiment sends real requests with your token, and draws what comes back.';
  }

  private async run(button: HTMLButtonElement): Promise<void> {
    if (this.isRunning || button.disabled) return;
    this.setRunning(true, button);
    this.say('Running …', true);
    byId('verdict').textContent = '';
    this.recorder.start();
    let failure = '';
    try {
      await EXPERIMENTS[button.dataset['experiment'] as ExperimentName](this.bench());
    } catch (error) {
      failure = explain(error);
    } finally {
      this.recorder.stop();
      this.setRunning(false, button);
    }
    byId('verdict').textContent = [conclude(this.recorder.events, this.recorder.bufferOfPicture), failure]
      .filter(Boolean)
      .join(' ');
    this.say(this.client.isSignedIn ? 'Done.' : 'Done. The session has ended: sign in again.', false);
  }

  private bench(): Bench {
    const old = byId<HTMLSelectElement>('old-token').value;
    return {
      client: this.client,
      recorder: this.recorder,
      waitsFirst: byId<HTMLInputElement>('wait-first').checked,
      oldToken: old === '' ? null : Number(old),
      comesBackLate: byId<HTMLSelectElement>('comes-back').value === 'late',
    };
  }

  private setRunning(isRunning: boolean, button: HTMLButtonElement): void {
    this.isRunning = isRunning;
    for (const each of this.buttons) each.setAttribute('aria-pressed', String(each === button));
    this.update();
    this.onRunning(isRunning);
  }

  private say(text: string, isBusy: boolean): void {
    byId('status').textContent = text;
    byId('status').classList.toggle('is-busy', isBusy);
  }
}
