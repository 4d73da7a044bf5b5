import 'reflect-metadata';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import Database = require('libsql');
import { CurrentUser, TokenAuthGuard, TokenAuthModule, TokenAuthUser } from 'nestjs-token-auth';
import { languages } from 'nestjs-token-auth/languages';
import { signInAs } from 'nestjs-token-auth/testing';
import { Column, DataSource, Entity } from 'typeorm';

@Entity()
class User extends TokenAuthUser {
  @Column({ type: 'varchar', default: '' }) name!: string;
}

@Controller('me')
@UseGuards(TokenAuthGuard)
class MeController {
  @Get() show(@CurrentUser() user: User) {
    return { uid: user.uid };
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      driver: Database,
      database: ':memory:',
      autoLoadEntities: true,
      synchronize: true,
    }),
    TokenAuthModule.forRoot({ userEntity: User, languages }),
  ],
  controllers: [MeController],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const signUp = await fetch(`${url}/auth`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse' }),
  });
  const user = await app.get(DataSource).getRepository(User).findOneByOrFail({ email: 'ada@example.com' });
  const guarded = await fetch(`${url}/me`, { headers: await signInAs(app, user) });
  const anonymous = await fetch(`${url}/me`, { headers: { 'accept-language': 'de' } });
  const { errors } = (await anonymous.json()) as { errors: string[] };
  await app.close();
  if (errors[0] !== languages.de.unauthenticated) throw new Error(`Expected German, got ${String(errors[0])}`);
  const statuses = [signUp.status, guarded.status, anonymous.status].join(' ');
  if (statuses !== '200 200 401') throw new Error(`Expected 200 200 401, got ${statuses}`);
  console.log(`It works: ${statuses}`);
}

void main();
