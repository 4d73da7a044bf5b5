import { Injectable } from '@nestjs/common';
import { TokenAuthMailer, type OutgoingMail } from 'nestjs-token-auth';
import { expect, it } from 'vitest';
import { newAccount, signIn } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { eventually } from '../support/client.js';
import { ask } from '../support/links.js';
import { PAGE, PUBLIC_URL } from '../support/mailbox.js';

onEveryAdapter('a mailer that hangs', (platform) => {
  it('delays no answer, and not the mails of others', async () => {
    const hanging: string[] = [];
    const sent: string[] = [];

    @Injectable()
    class Mailer extends TokenAuthMailer {
      override async send({ to }: OutgoingMail): Promise<void> {
        if (!to.startsWith('slow')) {
          sent.push(to);
          return;
        }
        hanging.push(to);
        await new Promise<never>(() => {});
      }
    }

    const app = await TestApp.start(platform, {
      auth: {
        mailer: Mailer,
        publicUrl: PUBLIC_URL,
        redirectAllowlist: ['https://app.example.com'],
        confirmable: true,
        allowUnconfirmedAccessFor: null,
        defaultConfirmSuccessUrl: PAGE,
        lockable: true,
        maximumAttempts: 1,
      },
    });
    try {
      await newAccount(app, 'slow@example.com');
      await ask(app, 'password', { email: 'slow@example.com', redirect_url: PAGE });
      await ask(app, 'confirmation', { email: 'slow@example.com' });
      await signIn(app, { email: 'slow@example.com', password: 'wrong' });
      await eventually(() => hanging.length === 4);
      await newAccount(app, 'other@example.com');
      for (const endpoint of ['password', 'confirmation', 'unlock'] as const)
        for (const email of ['other@example.com', 'nobody@example.com'])
          expect((await ask(app, endpoint, { email, redirect_url: PAGE })).status).toBe(200);
      // That of the sign-up, and three more.
      await eventually(() => sent.length === 4);
      expect(new Set(sent)).toEqual(new Set(['other@example.com']));
    } finally {
      await app.close();
    }
  });
});
