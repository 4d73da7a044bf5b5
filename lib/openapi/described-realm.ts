import { NoHooks, TokenAuthHooks } from '../hooks/token-auth-hooks.js';
import { Realms, type RealmDefinition } from '../request/realms.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { UserTable } from '../users/user-table.js';
import { nullable, refTo, type Schema, type SchemaObject } from './document.js';
import { fieldsOf, type Fields } from './dto-schema.js';
import { object } from './schemas.js';
import { securityOf, type SecurityParts } from './security.js';
import { userProperties } from './user-schema.js';

/** One kind of users, with all that the descriptions of its endpoints are made of. */
export class DescribedRealm {
  readonly config: TokenAuthConfig;
  readonly security: SecurityParts;
  /** Under which its endpoints are grouped. */
  readonly tag: string;
  /** What people may say of themselves at sign-up and afterwards. */
  readonly profile: { readonly signUp: Fields; readonly update: Fields };
  /** Whether the application may veto. */
  readonly hasHooks: boolean;
  private readonly properties: Record<string, Schema>;

  /**
   * @param name - that no other realm has; parts of the document begin with it.
   * @param path - where its endpoints are, with all that comes before; null where there are none.
   */
  constructor(
    readonly name: string,
    readonly definition: RealmDefinition,
    realms: Realms,
    path: string | null,
  ) {
    const { userEntity } = definition;
    const table = realms.get<UserTable>(userEntity, UserTable);
    this.config = realms.get<TokenAuthConfig>(userEntity, TOKEN_AUTH_CONFIG);
    this.security = securityOf(name, this.config, path);
    this.tag = definition.path?.split('/').filter(Boolean).join('/') ?? name;
    this.profile = {
      signUp: fieldsOf(this.config.signUpDto, table),
      update: fieldsOf(this.config.accountUpdateDto, table),
    };
    this.hasHooks = !(realms.get<TokenAuthHooks>(userEntity, TokenAuthHooks) instanceof NoHooks);
    this.properties = userProperties(table);
  }

  /** The user as answers show it. */
  get account(): Schema {
    return refTo('schemas', `${this.name}Account`);
  }

  /** The same without time stamps, as the protocol gives it at a sign-in. */
  get brief(): Schema {
    return refTo('schemas', `${this.name}AccountBrief`);
  }

  /** The user as it would have been: without an id and whatever else only a saved one has. */
  get unsaved(): Schema {
    return refTo('schemas', `${this.name}AccountUnsaved`);
  }

  get schemas(): Record<string, Schema> {
    const { created_at: _created, updated_at: _updated, ...brief } = this.properties;
    const unsaved = Object.entries(this.properties).map(([key, schema]) => [
      key,
      '$ref' in schema ? schema : nullable(schema),
    ]);
    return {
      ...(this.config.userResponse === null
        ? { [`${this.name}Account`]: object(this.properties), [`${this.name}AccountBrief`]: object(brief) }
        : { [`${this.name}Account`]: OWN_VIEW, [`${this.name}AccountBrief`]: OWN_VIEW }),
      [`${this.name}AccountUnsaved`]: object(Object.fromEntries(unsaved) as Record<string, Schema>),
    };
  }
}

const OWN_VIEW: SchemaObject = {
  type: 'object',
  additionalProperties: true,
  description: 'What the option userResponse makes of a user.',
};
