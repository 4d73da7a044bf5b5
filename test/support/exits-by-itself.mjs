// A program without HTTP that checks a password and has nothing more to do: it must end by itself.
// Its argument: `close` closes the application, `leave` does not.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import Libsql from 'libsql';
import { PasswordHasher, TokenAuthModule, TokenAuthUser, TokenService } from 'nestjs-token-auth';
import { DataSource, Entity } from 'typeorm';

class User extends TokenAuthUser {}
Entity()(User);

class AppModule {}
Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      driver: Libsql,
      database: ':memory:',
      synchronize: true,
      autoLoadEntities: true,
    }),
    TokenAuthModule.forRoot({ userEntity: User, passwordCost: 4 }),
  ],
})(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'], abortOnError: false });
const hasher = app.get(PasswordHasher);
const users = app.get(DataSource).getRepository(User);
const encryptedPassword = await hasher.hash('correct horse');
const email = 'ada@example.com';
const user = await users.save(users.create({ email, uid: email, encryptedPassword }));
const { valid } = await hasher.verify('correct horse', encryptedPassword);
const { uid } = await app.get(TokenService).issue(user);
if (process.argv[2] === 'close') await app.close();
console.log(JSON.stringify({ valid, uid }));
