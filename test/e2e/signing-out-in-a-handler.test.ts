import { Controller, Delete, Get, HttpException, Inject, UseGuards } from '@nestjs/common';
import { CurrentClient, CurrentUser, TokenAuthGuard, TokenService, type AuthClient } from 'nestjs-token-auth';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { expectSignedIn, expectSignedOut, outcome, rowOf } from '../support/visits.js';

@Controller('clients')
@UseGuards(TokenAuthGuard)
class ClientsController {
  constructor(
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  @Get()
  list(@CurrentUser() user: User) {
    return this.tokens.list(user);
  }

  @Delete('this')
  async revoke(@CurrentUser() user: User, @CurrentClient() client: AuthClient) {
    return { revoked: await this.tokens.revoke(user, client.id) };
  }

  @Delete('this-and-complain')
  async revokeAndThrow(@CurrentUser() user: User, @CurrentClient() client: AuthClient) {
    await this.tokens.revoke(user, client.id);
    throw new HttpException('gone', 410);
  }

  @Delete('all')
  async revokeAll(@CurrentUser() user: User) {
    await this.tokens.revokeAll(user);
  }

  @Delete('user')
  async removeUser(@CurrentUser() user: User) {
    await this.dataSource.getRepository(User).remove(user);
  }

  @Delete('user-by-id')
  async deleteUser(@CurrentUser() { id }: User) {
    await this.dataSource.getRepository(User).delete({ id });
  }

  @Delete('others')
  async revokeOthers(@CurrentUser() user: User, @CurrentClient() client: AuthClient) {
    return { revoked: await this.tokens.revokeOthers(user, client.id) };
  }
}

onEveryAdapter('a handler that ends clients', (platform) => {
  const DELETE = { method: 'DELETE' };
  let app: TestApp;
  let client: ProtocolClient;
  let other: ProtocolClient;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [ClientsController] });
  });
  afterAll(() => app.close());

  describe.each(['open', 'closed'] as const)('while the batch is %s', (batch) => {
    beforeEach(async () => {
      const user = await app.user();
      other = await ProtocolClient.signedIn(app, user);
      client = await (batch === 'open' ? ProtocolClient.justSignedIn(app, user) : ProtocolClient.signedIn(app, user));
    });

    it.each([
      ['revoke', '/clients/this', 200],
      ['revoke, and answers with a refusal', '/clients/this-and-complain', 410],
      ['revokeAll', '/clients/all', 200],
      ['the removal of its user', '/clients/user', 200],
      ['the deletion of its user', '/clients/user-by-id', 200],
    ])('tells nothing to its own client that it ended by %s', async (_, path, status) => {
      expect(await outcome(app, client, path, DELETE)).toEqual([status, 'nothing', 'gone']);
      await expectSignedOut(app, client);
      const others = await outcome(app, other, '/auth/validate_token');
      const endsAll = path !== '/clients/this' && path !== '/clients/this-and-complain';
      expect(others).toEqual(endsAll ? [401, 'nothing', 'gone'] : [200, 'token', 'rotated']);
    });

    it('tells its own client what it ever tells when it ended others', async () => {
      // Its auth epoch moves on.
      const expected = batch === 'open' ? ['blank', 'changed'] : ['token', 'rotated'];
      expect(await outcome(app, client, '/clients/others', DELETE)).toEqual([200, ...expected]);
      expect(await rowOf(app, other)).toBeNull();
      await expectSignedOut(app, other);
      await expectSignedIn(app, client);
    });

    it('tells nothing to a request that was under way when another one ended its client', async () => {
      const [first, second] = await Promise.all([client.peek('/clients/this', DELETE), client.peek('/clients')]);
      expect(first.status).toBe(200);
      expect(await rowOf(app, client)).toBeNull();
      expect([200, 401]).toContain(second.status);
      await expectSignedOut(app, client);
    });
  });
});
