import type { Messages } from '../messages/message.js';

/** German. */
export const de: Messages = Object.freeze({
  bad_credentials: 'Die Anmeldedaten sind ungültig. Bitte versuchen Sie es noch einmal.',
  invalid_token: 'Die Anmeldedaten sind ungültig',
  unauthenticated: 'Bitte melden Sie sich an oder registrieren Sie sich, um fortzufahren.',
  unauthorized: 'Nicht berechtigt',
  not_signed_in: 'Das Benutzerkonto wurde nicht gefunden oder war nicht angemeldet.',
  sign_in_by_post: 'Die Anmeldung geht über POST /sign_in. GET wird nicht unterstützt.',
  locked: 'Ihr Konto wurde gesperrt, weil zu viele Anmeldeversuche fehlgeschlagen sind.',
  not_confirmed:
    'Wir haben eine E-Mail zur Bestätigung an „%{email}“ gesendet. Bitte folgen Sie den Anweisungen darin, um Ihr Konto zu aktivieren',
  too_many_attempts: 'Zu viele Anmeldeversuche. Bitte versuchen Sie es später noch einmal.',
  recent_sign_in_required: 'Bitte melden Sie sich dafür noch einmal an.',

  improper_sign_up: 'Bitte senden Sie im Rumpf der Anfrage gültige Daten zur Registrierung.',
  improper_update: 'Bitte senden Sie im Rumpf der Anfrage gültige Daten zur Änderung des Kontos.',
  user_not_found: 'Das Benutzerkonto wurde nicht gefunden.',
  overtaken: 'Ihr Konto wurde gleichzeitig durch eine andere Anfrage geändert. Bitte versuchen Sie es noch einmal.',
  nothing_to_destroy: 'Es wurde kein Konto gefunden, das gelöscht werden könnte.',
  destroyed: 'Das Konto mit der UID „%{uid}“ wurde gelöscht.',
  in_use: 'Das Konto kann nicht gelöscht werden, weil andere Einträge darauf verweisen.',
  client_not_found: 'Dieses Gerät wurde unter den Geräten Ihres Kontos nicht gefunden.',

  missing_confirm_success_url: 'Der Parameter „confirm_success_url“ fehlt.',
  missing_redirect_url: 'Die URL für die Weiterleitung fehlt.',
  redirect_not_allowed: 'Die Weiterleitung zu „%{redirect_url}“ ist nicht erlaubt.',
  missing_email: 'Bitte geben Sie eine E-Mail-Adresse an.',
  unknown_email: 'Es gibt kein Benutzerkonto mit der E-Mail-Adresse „%{email}“.',
  invalid_link: 'Dieser Link ist nicht oder nicht mehr gültig. Bitte fordern Sie einen neuen an.',

  reset_sent: 'Wir haben eine E-Mail mit Anweisungen zum Zurücksetzen Ihres Passworts an „%{email}“ gesendet.',
  reset_sent_paranoid:
    'Falls uns Ihre E-Mail-Adresse bekannt ist, erhalten Sie in wenigen Minuten eine E-Mail mit einem Link zum Zurücksetzen Ihres Passworts.',
  password_not_required:
    'Dieses Konto braucht kein Passwort. Melden Sie sich stattdessen mit Ihrem Konto bei „%{provider}“ an.',
  missing_passwords: 'Bitte füllen Sie die Felder „Passwort“ und „Passwortbestätigung“ aus.',
  password_updated: 'Ihr Passwort wurde geändert.',

  confirmation_sent: 'Wir haben eine E-Mail mit Anweisungen zur Bestätigung Ihres Kontos an „%{email}“ gesendet.',
  confirmation_sent_paranoid:
    'Falls uns Ihre E-Mail-Adresse bekannt ist, erhalten Sie in wenigen Minuten eine E-Mail mit Anweisungen zu ihrer Bestätigung.',
  confirmed: 'Ihre E-Mail-Adresse wurde bestätigt.',

  unlock_sent: 'Wir haben eine E-Mail mit Anweisungen zum Entsperren Ihres Kontos an „%{email}“ gesendet.',
  unlock_sent_paranoid:
    'Falls es Ihr Konto gibt, erhalten Sie in wenigen Minuten eine E-Mail mit Anweisungen zum Entsperren.',
  unlocked: 'Ihr Konto wurde entsperrt.',

  account_exists: 'Für „%{email}“ gibt es bereits ein Konto',
  oauth_failed: 'Die Anmeldung ist fehlgeschlagen. Bitte versuchen Sie es noch einmal.',
  oauth_refused: 'Sie haben der Anmeldung nicht zugestimmt.',
  oauth_expired:
    'Diese Anmeldung hat zu lange gedauert oder wurde bereits verwendet. Bitte versuchen Sie es noch einmal.',
  oauth_too_long: 'Die Anfrage zur Anmeldung ist zu lang.',
  oauth_unavailable: 'Der Anbieter ist zurzeit nicht erreichbar. Bitte versuchen Sie es später noch einmal.',
  redirecting: 'Sie werden weitergeleitet …',

  cross_site:
    'Diese Anfrage kam von einer Seite eines anderen Ursprungs. Wenn dessen Seiten das dürfen, nennen Sie ihn in der Option trustedOrigins.',
  unavailable: 'Der Dienst ist zurzeit nicht verfügbar. Bitte versuchen Sie es später noch einmal.',

  blank: 'muss ausgefüllt werden',
  invalid: 'ist ungültig',
  taken: 'ist bereits vergeben',
  not_email: 'ist keine E-Mail-Adresse',
  mismatch: 'stimmt nicht mit dem Passwort überein',
  too_short: 'ist zu kurz (mindestens %{count} Zeichen)',
  too_long: 'ist zu lang (höchstens %{count} Zeichen)',
  too_long_in_bytes: 'ist zu lang (höchstens %{count} Bytes)',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'E-Mail',
  attribute_password: 'Passwort',
  attribute_password_confirmation: 'Passwortbestätigung',
  attribute_current_password: 'Aktuelles Passwort',
  attribute_base: 'Konto',

  mail_hello: 'Hallo %{email}!',
  mail_welcome: 'Willkommen %{email}!',
  mail_confirmation_subject: 'Anleitung zur Bestätigung Ihrer E-Mail-Adresse',
  mail_confirmation_text: 'Bitte bestätigen Sie die E-Mail-Adresse Ihres Kontos über den folgenden Link:',
  mail_confirmation_link: 'Mein Konto bestätigen',
  mail_reset_subject: 'Anleitung zum Zurücksetzen Ihres Passworts',
  mail_reset_text:
    'Jemand hat einen Link zum Ändern Ihres Passworts angefordert. Über den folgenden Link können Sie es ändern.',
  mail_reset_link: 'Mein Passwort ändern',
  mail_reset_ignore: 'Falls Sie das nicht angefordert haben, können Sie diese E-Mail ignorieren.',
  mail_reset_unchanged: 'Ihr Passwort ändert sich erst, wenn Sie den Link öffnen und ein neues festlegen.',
  mail_unlock_subject: 'Anleitung zum Entsperren Ihres Kontos',
  mail_unlock_text: 'Öffnen Sie den folgenden Link, um Ihr Konto zu entsperren:',
  mail_unlock_link: 'Mein Konto entsperren',
  mail_email_changed_subject: 'E-Mail-Adresse geändert',
  mail_email_changed_text: 'Die E-Mail-Adresse Ihres Kontos wird in %{email} geändert.',
  mail_email_changed_hint: 'Falls Sie das nicht veranlasst haben, melden Sie sich bitte bei uns.',
  mail_password_changed_subject: 'Passwort geändert',
  mail_password_changed_text: 'Das Passwort Ihres Kontos wurde geändert.',
  mail_password_changed_hint: 'Falls Sie das nicht waren, fordern Sie bitte sofort ein neues Passwort an.',
  mail_address_taken_subject: 'Sie haben bereits ein Konto',
  mail_address_taken_text:
    'Jemand wollte sich mit dieser E-Mail-Adresse registrieren, zu der es bereits ein Konto gibt. Es hat sich nichts geändert.',
  mail_address_taken_own:
    'Falls Sie das waren, melden Sie sich bitte an oder fordern Sie ein neues Passwort an, wenn Sie Ihres vergessen haben.',
  mail_address_taken_other: 'Falls Sie das nicht waren, können Sie diese E-Mail ignorieren.',
});
