import { TypeOrmModule } from '@nestjs/typeorm';
import { TokenAuthModule, TokenAuthUser } from 'nestjs-token-auth';
import { Entity } from 'typeorm';
import { expect, it } from 'vitest';
import { PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { sendJson } from '../support/client.js';
import { FOREIGN_PAGES, TRUSTED_ORIGIN } from '../support/foreign-pages.js';

@Entity()
class Admin extends TokenAuthUser {}

onEveryAdapter('a page of another origin, where each kind of users has options of its own,', (platform) => {
  it('is judged by those of the endpoint', async () => {
    const admins = { userEntity: Admin, path: 'admin_auth', passwordCost: 4 };
    const app = await TestApp.start(platform, {
      imports: [
        TypeOrmModule.forFeature([Admin]),
        TokenAuthModule.forFeature({ ...admins, cookieEnabled: true, trustedOrigins: [TRUSTED_ORIGIN] }),
      ],
    });
    const account = { email: 'ada@example.com', password: PASSWORD };
    for (const [, { 'content-type': _, ...headers }] of FOREIGN_PAGES) {
      expect((await sendJson(`${app.url}/admin_auth`, 'POST', account, headers)).status).toBe(403);
    }
    const trusted = { origin: TRUSTED_ORIGIN, 'sec-fetch-site': 'cross-site' };
    expect((await sendJson(`${app.url}/admin_auth`, 'POST', account, trusted)).status).toBe(200);
    expect((await sendJson(`${app.url}/auth`, 'POST', account, FOREIGN_PAGES[3]?.[1])).status).toBe(200);
    await app.close();
  });
});
