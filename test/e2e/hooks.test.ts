import { ForbiddenException } from '@nestjs/common';
import { TokenAuthUser, Veto, type AnyUser } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import { ProtocolClient, told, type Answer } from '../support/client.js';
import { ADA, GRACE, HERE, onPairs, Stage } from '../support/event-stage.js';
import { AskedHooks, contents, Notebook, NotebookModule, OpenController } from '../support/hook-notebook.js';
import { HOOK_WAYS, type HookStage, type HookWay } from '../support/hook-ways.js';
import { resetToken } from '../support/links.js';

/** What a hook throws, and the answer to it. */
type Refusal = [() => Error, number, object];

/** What a hook may throw. */
const VETOES: Record<string, Refusal> = {
  'a veto': [() => new Veto('Not you.'), 422, { success: false, errors: ['Not you.'], code: 'vetoed' }],
  'a veto of its own status': [
    () => new Veto('A code, please.', { status: 403, code: 'second_factor_required' }),
    403,
    { success: false, errors: ['A code, please.'], code: 'second_factor_required' },
  ],
  'another refusal': [
    () => new ForbiddenException('Closed'),
    403,
    { message: 'Closed', error: 'Forbidden', statusCode: 403 },
  ],
  'an error': [() => new Error('Broken'), 500, { statusCode: 500, message: 'Internal server error' }],
};

onPairs('hooks', (platform) => {
  let stage: Stage;
  let all: HookStage;
  let notebook: Notebook;
  afterEach(() => stage.close());

  async function start(): Promise<void> {
    stage = await Stage.start(
      platform,
      // Vetoes are counted, which has tests of its own.
      { confirmable: true, requireClientPasswordResetToken: false, throttleSignIn: false, hooks: AskedHooks },
      { imports: [NotebookModule], controllers: [OpenController] },
    );
    await stage.confirm();
    await resetToken(stage.app, stage.mailbox, ADA);
    const own = await ProtocolClient.justSignedIn(stage.app, stage.user);
    all = { stage, own, link: await stage.mailbox.linkTo(stage.app, ADA) };
    notebook = stage.app.nest.get(Notebook);
    notebook.asked.length = 0;
  }

  it.each(Object.entries(HOOK_WAYS))(
    'leave no trace of %s when they refuse it, else are asked once',
    async (name, way) => {
      await start();
      for (const veto of Object.entries(VETOES)) await expectNoTrace(name, way, veto);
      await expectAskedOnce(way);
    },
  );

  async function expectNoTrace(
    name: string,
    way: HookWay,
    [how, [fault, status, body]]: [string, Refusal],
  ): Promise<void> {
    const [before, mails] = [await contents(stage.app), stage.mailbox.server.mails.length];
    const [last] = way.asks.at(-1) ?? [];
    notebook.answer = (hook) => {
      if (hook === last) throw fault();
    };
    let answer: Answer | undefined;
    const events = await stage.recorder.during(async () => (answer = await way.act(all)));
    if (answer === undefined) throw new Error('There was no answer.');

    expect([how, answer.status, wholeBody(answer)]).toEqual([how, status, body]);
    // Who is signed in stays so.
    const isSignedIn = /change|deletion/.test(name) && status < 500;
    expect([how, told(answer), answer.headers.get('location')]).toEqual([how, isSignedIn ? 'blank' : 'nothing', null]);
    const failure = { user: ADA, email: ADA, reason: 'hook', origin: HERE };
    const expected = last === 'beforeSignIn' && status < 500 ? [['user.sign_in_failed', failure]] : [];
    expect([how, events]).toEqual([how, expected]);
    expect([how, await contents(stage.app)]).toEqual([how, before]);
    expect([how, stage.mailbox.server.mails.length]).toEqual([how, mails]);
  }

  async function expectAskedOnce(way: HookWay): Promise<void> {
    const before = await contents(stage.app);
    const seen: unknown[] = [];
    notebook.asked.length = 0;
    notebook.answer = async () => seen.push(await contents(stage.app));
    expect((await way.act(all)).status).toBeLessThan(400);
    expect(notebook.asked.map(([hook, attempt]) => [hook, ownFields(attempt)])).toEqual(way.asks);
    for (const [hook, attempt] of notebook.asked) expectUser(attempt.user, hook);
    expect(seen).toEqual(seen.map(() => before));
    expect(await contents(stage.app)).not.toEqual(before);
  }
});

/** The fields of a question beside its user and its request, which every one has. */
function ownFields(attempt: Record<string, unknown>): object {
  const { user, request, ...others } = attempt;
  expect(user).toBeInstanceOf(TokenAuthUser);
  expect((request as { headers: object }).headers).toMatchObject({ 'user-agent': HERE });
  return others;
}

function expectUser(user: AnyUser, hook: string): void {
  expect([user.email, user.encryptedPassword ?? null]).toEqual([hook === 'beforeSignUp' ? GRACE : ADA, null]);
}

/** The body with the code that {@link Answer} takes out of it. */
function wholeBody({ body, code }: Answer): object {
  return code === undefined ? body : { ...body, code };
}
