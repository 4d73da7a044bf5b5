import { Module, type DynamicModule, type InjectionToken, type Provider } from '@nestjs/common';
import { getTokenAuthToken, REALM_SERVICES } from './realm-token.js';
import { REALM, Realms, type RealmDefinition } from '../request/realms.js';
import { TokenAuthGuard } from '../request/token-auth.guard.js';

/** What applications know by its class: it is that of the default realm. The symbols show up in Nest's own error message. */
const DEFAULT_SERVICES = [...REALM_SERVICES, TokenAuthGuard].map((service) => ({
  service,
  token: Symbol(`${service.name} of TokenAuthModule.forRoot(), which must be there, and global, beside forFeature()`),
}));

/** What makes a realm known to the others and to the application. */
export function realmProviders(realm: RealmDefinition): Provider[] {
  return [
    { provide: REALM, useValue: realm },
    Realms,
    ...REALM_SERVICES.map((service) => ({
      provide: getTokenAuthToken(service, realm.userEntity),
      useExisting: service,
    })),
    ...(realm.isDefault
      ? DEFAULT_SERVICES.map(({ service, token }) => ({ provide: token, useExisting: service }))
      : []),
  ];
}

/**
 * What the application can inject. Only the default realm exports classes: a guard takes what its module imports before
 * what is global.
 */
export function realmExports({ userEntity, isDefault }: RealmDefinition): InjectionToken[] {
  return [
    ...REALM_SERVICES.map((service) => getTokenAuthToken(service, userEntity)),
    ...(isDefault ? [...DEFAULT_SERVICES.flatMap(({ service, token }) => [service, token]), Realms] : []),
  ];
}

/** What has to be imported last by a realm: after any but the default one, {@link DefaultServices}. */
export function afterRealm({ isDefault }: RealmDefinition): DynamicModule[] {
  if (isDefault) return [];
  const providers = DEFAULT_SERVICES.map(({ service, token }) => ({ provide: service, useExisting: token }));
  return [{ module: DefaultServices, providers }];
}

/**
 * Names the services of the default realm once more. `app.get(TokenService)` finds the provider of the module that was
 * imported last, and that must not be another realm's.
 */
@Module({})
class DefaultServices {}
