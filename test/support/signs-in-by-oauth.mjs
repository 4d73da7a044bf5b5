// Starts an application that signs in by a provider.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import Libsql from 'libsql';
import { oidcProvider, TokenAuthModule, TokenAuthUser } from 'nestjs-token-auth';
import { Entity } from 'typeorm';

class User extends TokenAuthUser {}
Entity()(User);

class AppModule {}
const database = {
  type: 'better-sqlite3',
  driver: Libsql,
  database: ':memory:',
  autoLoadEntities: true,
  synchronize: true,
  retryAttempts: 0,
};
const acme = oidcProvider({ issuer: 'https://id.example.com', clientId: 'shop', clientSecret: 'secret' });
Module({
  imports: [
    TypeOrmModule.forRoot(database),
    TokenAuthModule.forRoot({ userEntity: User, publicUrl: 'https://api.example.com/auth', oauth: { acme } }),
  ],
})(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
await app.close();
