// A program that sends a mail to a server that never answers, and closes: it must end by itself.
// Its argument: the URL of the server.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import Libsql from 'libsql';
import { TokenAuthModule, TokenAuthUser } from 'nestjs-token-auth';
import { Entity } from 'typeorm';
import { AccountMails } from '../../dist/mails/account-mails.js';

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
    TokenAuthModule.forRoot({
      userEntity: User,
      publicUrl: 'https://api.example.com/auth',
      mailTransport: process.argv[2],
      mailFrom: 'no-reply@example.com',
    }),
  ],
})(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'], abortOnError: false });
app.get(AccountMails).post('unlock', { user: {}, to: 'ada@example.com', link: null, newEmail: null, language: 'en' });
await app.close();
