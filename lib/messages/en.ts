/**
 * All texts, by codes that never change. `%{…}` is where a value goes. The texts are those that clients of the protocol show
 * or compare, where it has one.
 */
export const en = Object.freeze({
  bad_credentials: 'Invalid login credentials. Please try again.',
  invalid_token: 'Invalid login credentials',
  unauthenticated: 'You need to sign in or sign up before continuing.',
  unauthorized: 'Unauthorized',
  not_signed_in: 'User was not found or was not logged in.',
  sign_in_by_post: 'Use POST /sign_in to sign in. GET is not supported.',
  locked: 'Your account has been locked due to an excessive number of unsuccessful sign in attempts.',
  not_confirmed:
    "A confirmation email was sent to your account at '%{email}'. You must follow the instructions in the email before your account can be activated",
  too_many_attempts: 'Too many sign in attempts. Please try again later.',
  recent_sign_in_required: 'Please sign in again to do this.',

  improper_sign_up: 'Please submit proper sign up data in request body.',
  improper_update: 'Please submit proper account update data in request body.',
  user_not_found: 'User not found.',
  overtaken: 'Your account has been changed by another request at the same time. Please try again.',
  nothing_to_destroy: 'Unable to locate account for destruction.',
  destroyed: "Account with UID '%{uid}' has been destroyed.",
  in_use: 'The account cannot be destroyed because other records refer to it.',
  client_not_found: 'Unable to find this client among those of your account.',

  missing_confirm_success_url: "Missing 'confirm_success_url' parameter.",
  missing_redirect_url: 'Missing redirect URL.',
  redirect_not_allowed: "Redirect to '%{redirect_url}' not allowed.",
  missing_email: 'You must provide an email address.',
  unknown_email: "Unable to find user with email '%{email}'.",
  invalid_link: 'This link is not valid, or not any more. Please ask for a new one.',

  reset_sent: "An email has been sent to '%{email}' containing instructions for resetting your password.",
  reset_sent_paranoid:
    'If your email address exists in our database, you will receive a password recovery link at your email address in a few minutes.',
  password_not_required: "This account does not require a password. Sign in using your '%{provider}' account instead.",
  missing_passwords: "You must fill out the fields labeled 'Password' and 'Password confirmation'.",
  password_updated: 'Your password has been successfully updated.',

  confirmation_sent: "An email has been sent to '%{email}' containing instructions for confirming your account.",
  confirmation_sent_paranoid:
    'If your email address exists in our database, you will receive an email with instructions for how to confirm your email address in a few minutes.',
  confirmed: 'Your email address has been confirmed.',

  unlock_sent: "An email has been sent to '%{email}' containing instructions for unlocking your account.",
  unlock_sent_paranoid:
    'If your account exists, you will receive an email with instructions for how to unlock it in a few minutes.',
  unlocked: 'Your account has been unlocked.',

  account_exists: "An account already exists for '%{email}'",
  oauth_failed: 'The sign in has failed. Please try again.',
  oauth_refused: 'You have not allowed the sign in.',
  oauth_expired: 'This sign in has taken too long, or has been used already. Please try again.',
  oauth_too_long: 'The sign in request is too long.',
  oauth_unavailable: 'The provider cannot be reached at the moment. Please try again later.',
  redirecting: 'Redirecting...',

  cross_site:
    'A page of another origin made this request. If its pages may do so, list that origin in the option trustedOrigins.',
  unavailable: 'The service is not available at the moment. Please try again later.',

  // What is wrong with an attribute: what follows its name in a sentence.
  blank: "can't be blank",
  invalid: 'is invalid',
  taken: 'has already been taken',
  not_email: 'is not an email',
  mismatch: "doesn't match Password",
  too_short: 'is too short (minimum is %{count} characters)',
  too_long: 'is too long (maximum is %{count} characters)',
  too_long_in_bytes: 'is too long (maximum is %{count} bytes)',
  /** How both become a sentence. */
  full_message: '%{attribute} %{fault}',
  attribute_email: 'Email',
  attribute_password: 'Password',
  attribute_password_confirmation: 'Password confirmation',
  attribute_current_password: 'Current password',
  attribute_base: 'Base',

  mail_hello: 'Hello %{email}!',
  mail_welcome: 'Welcome %{email}!',
  mail_confirmation_subject: 'Confirmation instructions',
  mail_confirmation_text: 'You can confirm your account email through the link below:',
  mail_confirmation_link: 'Confirm my account',
  mail_reset_subject: 'Reset password instructions',
  mail_reset_text: 'Someone has requested a link to change your password. You can do this through the link below.',
  mail_reset_link: 'Change my password',
  mail_reset_ignore: "If you didn't request this, please ignore this email.",
  mail_reset_unchanged: "Your password won't change until you access the link above and create a new one.",
  mail_unlock_subject: 'Unlock instructions',
  mail_unlock_text: 'Click the link below to unlock your account:',
  mail_unlock_link: 'Unlock my account',
  mail_email_changed_subject: 'Email Changed',
  mail_email_changed_text: 'The email address of your account is being changed to %{email}.',
  mail_email_changed_hint: "If you didn't ask for this, please contact us.",
  mail_password_changed_subject: 'Password Changed',
  mail_password_changed_text: 'The password of your account has been changed.',
  mail_password_changed_hint: "If you didn't do this, please request a new password at once.",
  mail_address_taken_subject: 'You already have an account',
  mail_address_taken_text:
    'Someone has tried to sign up with this email address, which already has an account. Nothing has changed.',
  mail_address_taken_own: 'If it was you, please sign in, or request a new password if you have forgotten yours.',
  mail_address_taken_other: "If it wasn't you, please ignore this email.",
});
