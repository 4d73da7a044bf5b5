import type { OpenAPIObject } from '@nestjs/swagger';

type Components = NonNullable<OpenAPIObject['components']>;
type Part<Name extends keyof Components> = NonNullable<Components[Name]>[string];

export type Schema = Part<'schemas'>;
export type SchemaObject = Exclude<Schema, { $ref: string }>;
export type Header = Part<'headers'>;
export type SecurityScheme = Part<'securitySchemes'>;
export type Response = Part<'responses'>;
export type Parameter = Part<'parameters'>;
export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
export type SecurityRequirement = NonNullable<OpenAPIObject['security']>[number];

export const TEXT: SchemaObject = { type: 'string' };
export const EMAIL: SchemaObject = { type: 'string', format: 'email' };
export const URI: SchemaObject = { type: 'string', format: 'uri' };

/** The methods that a path of a document can have. */
export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/** Points to a part that the document has once. */
export function refTo(kind: keyof Components, name: string): { $ref: string } {
  return { $ref: `#/components/${kind}/${name}` };
}

/** The schema, or null. */
export function nullable(schema: SchemaObject): SchemaObject {
  if (schema.anyOf !== undefined) {
    return { ...schema, anyOf: schema.anyOf.map((each) => ('$ref' in each ? each : nullable(each))) };
  }
  // Without a type anything is allowed already.
  if (schema.type === undefined) return schema;
  return { ...schema, nullable: true, ...(schema.enum === undefined ? {} : { enum: [...schema.enum, null] }) };
}

/** From version 3.1 on, `nullable` is a type of its own. */
export function inVersion<T>(openapi: string, part: T): T {
  return openapi.startsWith('3.0') ? part : (withNullTypes(part) as T);
}

function withNullTypes(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withNullTypes);
  if (typeof part !== 'object' || part === null) return part;
  const { nullable: isNullable, ...rest } = Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, withNullTypes(value)]),
  );
  return isNullable === true ? { ...rest, type: [rest['type'], 'null'] } : rest;
}
