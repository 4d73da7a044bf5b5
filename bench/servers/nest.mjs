/** The set-up that all rows share: one controller, one route, the same answer; they differ in the guard alone. */
import 'reflect-metadata';
import { Controller, createParamDecorator, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** The user that guards written by hand put on the request. */
export const RequestUser = createParamDecorator((_, context) => context.switchToHttp().getRequest().user);

/**
 * Starts an application that serves `GET /projects`.
 *
 * @param guard - what guards the route, or null.
 * @param user - the parameter decorator that hands over the user.
 */
export async function startApp({ adapter, guard = null, user = null, imports = [], providers = [], prepare }) {
  const root = class {};
  Module({ imports, providers, controllers: [projectsController(guard, user)] })(root);
  const app = await NestFactory.create(root, adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(), {
    logger: false,
    abortOnError: false,
  });
  await prepare?.(app);
  await app.listen(0, '127.0.0.1');
  // The clients of a server whose turn it is not would be shut out after some seconds.
  app.getHttpServer().keepAliveTimeout = 0;
  return { app, port: app.getHttpServer().address().port };
}

function projectsController(guard, user) {
  class ProjectsController {
    list(owner) {
      return { owner: owner?.email ?? 'nobody', projects: [] };
    }
  }
  Get()(ProjectsController.prototype, 'list', Object.getOwnPropertyDescriptor(ProjectsController.prototype, 'list'));
  if (user !== null) user(ProjectsController.prototype, 'list', 0);
  if (guard !== null) UseGuards(guard)(ProjectsController);
  Controller('projects')(ProjectsController);
  return ProjectsController;
}
