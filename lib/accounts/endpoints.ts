import { Controller, SetMetadata, UseInterceptors, VERSION_NEUTRAL, type Provider, type Type } from '@nestjs/common';
import { USER_ENTITIES } from '../request/decorators.js';
import type { TokenAuthEndpoints } from '../token-auth.options.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { AccountChanges } from './account-changes.js';
import { ClientsController } from './clients/clients.controller.js';
import { Confirmations } from './confirmations/confirmations.js';
import { ConfirmationsController } from './confirmations/confirmations.controller.js';
import { CrossSiteGuard } from './cross-site.guard.js';
import { CurrentPassword } from './current-password.js';
import { FaultsInterceptor } from './faults.interceptor.js';
import { LanguageInterceptor } from './language.interceptor.js';
import { LinkAnswers } from './link-answers.js';
import { MailRequests } from './mail-requests.js';
import { Notifier } from './notifier.js';
import { AccountLinks } from './oauth/account-links.js';
import { FlowCookies } from './oauth/flow-cookies.js';
import { NewAccounts } from './oauth/new-accounts.js';
import { OAuthAccounts } from './oauth/oauth-accounts.js';
import { OAuthAnswers } from './oauth/oauth-answers.js';
import { OAuthCallbackController } from './oauth/oauth-callback.controller.js';
import { OAuthFailureController } from './oauth/oauth-failure.controller.js';
import { OAuthSignIns } from './oauth/oauth-sign-ins.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { LinkSignIns } from './passwords/link-sign-ins.js';
import { PasswordUpdates } from './passwords/password-updates.js';
import { ResetLinkController } from './passwords/reset-link.controller.js';
import { UpdatePasswordController } from './passwords/update-password.controller.js';
import { Profiles } from './profiles.js';
import { AccountUpdates } from './registrations/account-updates.js';
import { AddressChanges } from './registrations/address-changes.js';
import { DeleteAccountController } from './registrations/delete-account.controller.js';
import { SignUpController } from './registrations/sign-up.controller.js';
import { SignUps } from './registrations/sign-ups.js';
import { UpdateAccountController } from './registrations/update-account.controller.js';
import { AccountLock } from './sessions/account-lock.js';
import { Attempts } from './sessions/attempts.js';
import { PasswordSignIn } from './sessions/password-sign-in.js';
import { SignInController } from './sessions/sign-in.controller.js';
import { SignOutController } from './sessions/sign-out.controller.js';
import { ValidateTokenController } from './token-validations/validate-token.controller.js';
import { UnlocksController } from './unlocks/unlocks.controller.js';

const CONTROLLERS: Record<keyof TokenAuthEndpoints, Type<object>[]> = {
  signUp: [SignUpController],
  signIn: [SignInController],
  signOut: [SignOutController],
  validateToken: [ValidateTokenController],
  updateAccount: [UpdateAccountController],
  deleteAccount: [DeleteAccountController],
  passwords: [ResetLinkController, UpdatePasswordController],
  confirmations: [ConfirmationsController],
  unlocks: [UnlocksController],
  clients: [ClientsController],
  // Last: its paths match any word.
  oauth: [OAuthFailureController, OAuthCallbackController, OAuthController],
};

/** What the endpoints are made of. */
export const ENDPOINT_PROVIDERS: Provider[] = [
  AccountChanges,
  AccountLinks,
  AccountLock,
  AccountUpdates,
  AddressChanges,
  Attempts,
  Confirmations,
  CurrentPassword,
  FaultsInterceptor,
  FlowCookies,
  LanguageInterceptor,
  LinkAnswers,
  LinkSignIns,
  MailRequests,
  NewAccounts,
  Notifier,
  OAuthAccounts,
  OAuthAnswers,
  OAuthSignIns,
  PasswordSignIn,
  PasswordUpdates,
  Profiles,
  SignUps,
];

/** The metadata in which Nest keeps the guards of a class. A test holds us to it. */
export const GUARDS = '__guards__';

/**
 * The controllers of the endpoints that are switched on, mounted under a path for the users of an entity.
 *
 * @throws TypeError for a name that is no endpoint's: what it was to switch off would be served.
 */
export function controllersFor(
  path: string,
  endpoints: boolean | TokenAuthEndpoints,
  userEntity: Type<AnyUser>,
): Type<object>[] {
  const switches = typeof endpoints === 'boolean' ? {} : endpoints;
  const names = Object.keys(CONTROLLERS) as (keyof TokenAuthEndpoints)[];
  const unknown = Object.keys(switches).filter((name) => !Object.hasOwn(CONTROLLERS, name));
  if (unknown.length > 0) {
    throw new TypeError(`TokenAuthModule knows no endpoint '${unknown.join("', '")}'. There are ${names.join(', ')}.`);
  }
  return names
    .filter((name) => endpoints !== false && switches[name] !== false)
    .flatMap((name) => CONTROLLERS[name].map((controller) => mount(controller, path, userEntity)));
}

/** A controller of this path: a subclass, because the path belongs to the class. */
function mount(controller: Type<object>, path: string, userEntity: Type<AnyUser>): Type<object> {
  const mounted = class extends controller {};
  Object.defineProperty(mounted, 'name', { value: controller.name });
  // An application that versions its routes keeps the protocol's paths.
  Controller({ path, version: VERSION_NEUTRAL })(mounted);
  UseInterceptors(LanguageInterceptor, FaultsInterceptor)(mounted);
  // A global guard is the default realm's.
  SetMetadata(USER_ENTITIES, [userEntity])(mounted);
  // Before the controller's own guards, to which `UseGuards` would append it.
  Reflect.defineMetadata(GUARDS, [CrossSiteGuard, ...(Reflect.getMetadata(GUARDS, controller) ?? [])], mounted);
  return mounted;
}
