import type { Messages } from '../messages/message.js';

/** Italian. */
export const it: Messages = Object.freeze({
  bad_credentials: 'Credenziali di accesso non valide. Riprova.',
  invalid_token: 'Credenziali di accesso non valide',
  unauthenticated: 'Devi accedere o registrarti per continuare.',
  unauthorized: 'Non autorizzato',
  not_signed_in: 'L’utente non è stato trovato o non aveva effettuato l’accesso.',
  sign_in_by_post: 'Usa POST /sign_in per accedere. GET non è supportato.',
  locked: 'Il tuo account è stato bloccato per i troppi tentativi di accesso non riusciti.',
  not_confirmed:
    'Abbiamo inviato un’email di conferma a «%{email}». Devi seguire le istruzioni che contiene prima che il tuo account possa essere attivato',
  too_many_attempts: 'Troppi tentativi di accesso. Riprova più tardi.',
  recent_sign_in_required: 'Accedi di nuovo per eseguire questa operazione.',

  improper_sign_up: 'Invia dati di registrazione validi nel corpo della richiesta.',
  improper_update: 'Invia dati validi per l’aggiornamento dell’account nel corpo della richiesta.',
  user_not_found: 'Utente non trovato.',
  overtaken: 'Il tuo account è stato modificato nello stesso momento da un’altra richiesta. Riprova.',
  nothing_to_destroy: 'Impossibile trovare l’account da eliminare.',
  destroyed: 'L’account con UID «%{uid}» è stato eliminato.',
  in_use: 'L’account non può essere eliminato perché altri dati vi fanno riferimento.',
  client_not_found: 'Questo dispositivo non è tra quelli del tuo account.',

  missing_confirm_success_url: 'Manca il parametro «confirm_success_url».',
  missing_redirect_url: 'Manca l’URL di reindirizzamento.',
  redirect_not_allowed: 'Il reindirizzamento a «%{redirect_url}» non è consentito.',
  missing_email: 'Devi indicare un indirizzo email.',
  unknown_email: 'Nessun utente trovato con l’email «%{email}».',
  invalid_link: 'Questo link non è valido o non lo è più. Richiedine uno nuovo.',

  reset_sent: 'Abbiamo inviato a «%{email}» un’email con le istruzioni per reimpostare la password.',
  reset_sent_paranoid:
    'Se il tuo indirizzo email esiste nel nostro database, tra pochi minuti riceverai un’email con un link per reimpostare la password.',
  password_not_required: 'Questo account non richiede una password. Accedi invece con il tuo account «%{provider}».',
  missing_passwords: 'Devi compilare i campi «Password» e «Conferma della password».',
  password_updated: 'La tua password è stata aggiornata.',

  confirmation_sent: 'Abbiamo inviato a «%{email}» un’email con le istruzioni per confermare il tuo account.',
  confirmation_sent_paranoid:
    'Se il tuo indirizzo email esiste nel nostro database, tra pochi minuti riceverai un’email con le istruzioni per confermarlo.',
  confirmed: 'Il tuo indirizzo email è stato confermato.',

  unlock_sent: 'Abbiamo inviato a «%{email}» un’email con le istruzioni per sbloccare il tuo account.',
  unlock_sent_paranoid:
    'Se il tuo account esiste, tra pochi minuti riceverai un’email con le istruzioni per sbloccarlo.',
  unlocked: 'Il tuo account è stato sbloccato.',

  account_exists: 'Esiste già un account per «%{email}»',
  oauth_failed: 'L’accesso non è riuscito. Riprova.',
  oauth_refused: 'Non hai autorizzato l’accesso.',
  oauth_expired: 'Questo accesso ha richiesto troppo tempo o è già stato utilizzato. Riprova.',
  oauth_too_long: 'La richiesta di accesso è troppo lunga.',
  oauth_unavailable: 'Il provider non è raggiungibile al momento. Riprova più tardi.',
  redirecting: 'Reindirizzamento in corso…',

  cross_site:
    'Questa richiesta proviene da una pagina di un’altra origine. Se le sue pagine possono farla, indica quell’origine nell’opzione trustedOrigins.',
  unavailable: 'Il servizio non è disponibile al momento. Riprova più tardi.',

  blank: 'non può mancare',
  invalid: 'non ha un valore valido',
  taken: 'è già in uso',
  not_email: 'non è un indirizzo email',
  mismatch: 'non corrisponde alla password',
  too_short: 'deve avere almeno %{count} caratteri',
  too_long: 'deve avere al massimo %{count} caratteri',
  too_long_in_bytes: 'deve avere al massimo %{count} byte',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'Email',
  attribute_password: 'Password',
  attribute_password_confirmation: 'Conferma della password',
  attribute_current_password: 'Password attuale',
  attribute_base: 'Account',

  mail_hello: 'Ciao %{email}!',
  mail_welcome: 'Ti diamo il benvenuto, %{email}!',
  mail_confirmation_subject: 'Istruzioni per la conferma',
  mail_confirmation_text: 'Puoi confermare l’email del tuo account tramite il link seguente:',
  mail_confirmation_link: 'Conferma il mio account',
  mail_reset_subject: 'Istruzioni per reimpostare la password',
  mail_reset_text: 'Qualcuno ha richiesto un link per cambiare la tua password. Puoi farlo tramite il link seguente.',
  mail_reset_link: 'Cambia la mia password',
  mail_reset_ignore: 'Se non l’hai richiesto tu, ignora questa email.',
  mail_reset_unchanged: 'La tua password non cambierà finché non aprirai il link qui sopra e ne creerai una nuova.',
  mail_unlock_subject: 'Istruzioni per lo sblocco',
  mail_unlock_text: 'Fai clic sul link seguente per sbloccare il tuo account:',
  mail_unlock_link: 'Sblocca il mio account',
  mail_email_changed_subject: 'Email modificata',
  mail_email_changed_text: 'L’indirizzo email del tuo account sta per diventare %{email}.',
  mail_email_changed_hint: 'Se non l’hai richiesto tu, contattaci.',
  mail_password_changed_subject: 'Password modificata',
  mail_password_changed_text: 'La password del tuo account è stata modificata.',
  mail_password_changed_hint: 'Se non l’hai fatto tu, richiedi subito una nuova password.',
  mail_address_taken_subject: 'Hai già un account',
  mail_address_taken_text:
    'Qualcuno ha provato a registrarsi con questo indirizzo email, che ha già un account. Non è cambiato nulla.',
  mail_address_taken_own: 'Se l’hai fatto tu, accedi, oppure richiedi una nuova password se hai dimenticato la tua.',
  mail_address_taken_other: 'Se non l’hai fatto tu, ignora questa email.',
});
