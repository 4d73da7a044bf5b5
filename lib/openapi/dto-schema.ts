import type { Type } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { camelCase, declaredProperties } from '../users/profile.js';
import type { UserTable } from '../users/user-table.js';
import { EMAIL, TEXT, URI, type Schema, type SchemaObject } from './document.js';
import { columnSchema } from './user-schema.js';

/** What a body takes. */
export interface Fields {
  readonly properties: Record<string, Schema>;
  readonly required: readonly string[];
}

const NO_FIELDS: Fields = Object.freeze({ properties: Object.freeze({}), required: Object.freeze([]) });

/**
 * What the decorators of class-validator say of a value, by their names; the rest of them says nothing that a schema
 * could.
 */
const RULES: Record<string, (...constraints: never[]) => SchemaObject> = {
  isString: () => TEXT,
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isArray: () => ({ type: 'array', items: {} }),
  isObject: () => ({ type: 'object' }),
  isEmail: () => EMAIL,
  isUrl: () => URI,
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isIso8601: () => TEXT,
  isDateString: () => TEXT,
  minLength: (minLength: number) => ({ minLength }),
  maxLength: (maxLength: number) => ({ maxLength }),
  isLength: (minLength: number, maxLength?: number) => ({
    minLength,
    ...(maxLength === undefined ? {} : { maxLength }),
  }),
  min: (minimum: number) => ({ minimum }),
  max: (maximum: number) => ({ maximum }),
  isIn: (values: unknown[]) => ({ enum: values }),
  isEnum: (_: object, values: unknown[]) => ({ enum: values }),
  equals: (value: unknown) => ({ enum: [value] }),
  matches: (pattern: RegExp) => (pattern.flags === '' ? { pattern: pattern.source } : {}),
};

/** What an application's own class lets people say of themselves. */
export function fieldsOf(dto: Type<object> | null, table: UserTable): Fields {
  if (dto === null) return NO_FIELDS;
  const names = declaredProperties(dto);
  return {
    properties: Object.fromEntries(names.map((name) => [name, propertySchema(dto, name, table)])),
    required: names.filter((name) => isRequired(rulesOf(dto, name))),
  };
}

function propertySchema(dto: Type<object>, name: string, table: UserTable): Schema {
  const schema: SchemaObject = {};
  const items: SchemaObject = {};
  for (const { name: rule = '', constraints = [], each } of rulesOf(dto, name)) {
    if (Object.hasOwn(RULES, rule)) Object.assign(each ? items : schema, RULES[rule]?.(...(constraints as never[])));
  }
  if (Object.keys(items).length > 0) return { ...schema, type: 'array', items };
  // What is no rule of the class is one of the column.
  return { ...columnOf(name, table), ...schema };
}

function columnOf(name: string, table: UserTable): SchemaObject {
  const { columns } = table.metadata;
  const column = columns.find(({ propertyPath }) => propertyPath === name || propertyPath === camelCase(name));
  return column === undefined ? {} : columnSchema(table, column);
}

/** Whether some rule looks at a property that is not given. */
function isRequired(rules: ReturnType<typeof rulesOf>): boolean {
  const types = rules.map(({ type }) => type);
  return !types.includes('conditionalValidation') && types.some((type) => type !== 'whitelistValidation');
}

function rulesOf(dto: Type<object>, name: string) {
  const all = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  return all.filter(({ propertyName }) => propertyName === name);
}
