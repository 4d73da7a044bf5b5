import type { INestApplication, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ApiExtension, ApiTags, DocumentBuilder, SwaggerModule, type SwaggerDocumentOptions } from '@nestjs/swagger';
import { REALM, type RealmDefinition } from '../request/realms.js';
import { METHODS } from './document.js';

/** What serves an operation of a document. */
export interface Handler {
  readonly controller: Type<object>;
  readonly handler: Function;
  /** Whose endpoint it is; null for a route of the application. */
  readonly realm: RealmDefinition | null;
}

/** The handlers by method and path, such as `get /projects/{id}`. */
export type Handlers = ReadonlyMap<string, Handler>;

const MARK = 'x-token-auth-handler';

/**
 * Finds out which handlers a document describes. It names controllers and handlers by words that need not be unique, so each
 * is marked, for as long as it takes to make the document once more: prefixes, versions and modules with paths of their own
 * are then as they are there.
 */
export function handlersOf(app: INestApplication, options: SwaggerDocumentOptions): Handlers {
  const served = controllersOf(app);
  const marks = served.map((each, index) => mark(each.controller, `${MARK}:${index}`));
  try {
    const { paths } = SwaggerModule.createDocument(app, new DocumentBuilder().build(), options);
    const found = new Map<string, Handler>();
    for (const [path, item] of Object.entries(paths)) {
      for (const method of METHODS) {
        const operation = item[method];
        const index = operation?.tags?.find((tag) => tag.startsWith(`${MARK}:`))?.slice(MARK.length + 1);
        const name = (operation as Record<string, unknown> | undefined)?.[MARK];
        const { controller, realm } = served[Number(index)] ?? {};
        if (controller === undefined || realm === undefined || typeof name !== 'string') continue;
        const handler = (controller.prototype as Record<string, unknown>)[name];
        if (typeof handler === 'function') found.set(`${method} ${path}`, { controller, handler, realm });
      }
    }
    return found;
  } finally {
    for (const remove of marks.toReversed()) remove();
  }
}

function controllersOf(app: INestApplication): { controller: Type<object>; realm: RealmDefinition | null }[] {
  return [...app.get(ModulesContainer).values()].flatMap((module) => {
    const realm = module.hasProvider(REALM) ? module.getProviderByKey<RealmDefinition>(REALM).instance : null;
    return [...module.controllers.values()].map(({ metatype }) => ({ controller: metatype as Type<object>, realm }));
  });
}

/** Marks a controller by a tag and its handlers by their names; gives what takes the marks off. */
function mark(controller: Type<object>, tag: string): () => void {
  const undo = [restoring(controller, () => ApiTags(tag)(controller))];
  for (const [name, handler] of handlersByName(controller)) {
    undo.push(restoring(handler, () => ApiExtension(MARK, name)(controller, name, { value: handler })));
  }
  return () => undo.toReversed().forEach((each) => each());
}

/** The methods of a controller, inherited ones included. */
function handlersByName(controller: Type<object>): Map<string, Function> {
  const found = new Map<string, Function>();
  for (
    let prototype: object | null = controller.prototype as object;
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (name !== 'constructor' && typeof value === 'function' && !found.has(name)) found.set(name, value as Function);
    }
  }
  return found;
}

/** Decorates, and gives what puts the metadata back as it was. */
function restoring(target: object, decorate: () => void): () => void {
  const before = new Map(Reflect.getOwnMetadataKeys(target).map((key) => [key, Reflect.getOwnMetadata(key, target)]));
  decorate();
  return () => {
    for (const key of Reflect.getOwnMetadataKeys(target)) {
      if (before.has(key)) Reflect.defineMetadata(key, before.get(key), target);
      else Reflect.deleteMetadata(key, target);
    }
  };
}
