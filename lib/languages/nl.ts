import type { Messages } from '../messages/message.js';

/** Dutch. */
export const nl: Messages = Object.freeze({
  bad_credentials: 'De inloggegevens kloppen niet. Probeer het opnieuw.',
  invalid_token: 'De inloggegevens kloppen niet',
  unauthenticated: 'Je moet inloggen of een account aanmaken om verder te gaan.',
  unauthorized: 'Geen toegang',
  not_signed_in: 'De gebruiker is niet gevonden of was niet ingelogd.',
  sign_in_by_post: 'Gebruik POST /sign_in om in te loggen. GET wordt niet ondersteund.',
  locked: 'Je account is geblokkeerd vanwege te veel mislukte inlogpogingen.',
  not_confirmed:
    'We hebben een bevestigingsmail gestuurd naar ‘%{email}’. Volg de instructies in die e-mail om je account te activeren',
  too_many_attempts: 'Te veel inlogpogingen. Probeer het later opnieuw.',
  recent_sign_in_required: 'Log opnieuw in om dit te doen.',

  improper_sign_up: 'Stuur geldige gegevens voor het aanmaken van het account mee met het verzoek.',
  improper_update: 'Stuur geldige gegevens voor het wijzigen van het account mee met het verzoek.',
  user_not_found: 'De gebruiker is niet gevonden.',
  overtaken: 'Je account is tegelijkertijd door een ander verzoek gewijzigd. Probeer het opnieuw.',
  nothing_to_destroy: 'Het te verwijderen account is niet gevonden.',
  destroyed: 'Het account met UID ‘%{uid}’ is verwijderd.',
  in_use: 'Het account kan niet worden verwijderd, omdat andere gegevens ernaar verwijzen.',
  client_not_found: 'Dit apparaat is niet gevonden bij de apparaten van je account.',

  missing_confirm_success_url: 'De parameter ‘confirm_success_url’ ontbreekt.',
  missing_redirect_url: 'De URL om naar door te verwijzen ontbreekt.',
  redirect_not_allowed: 'Doorverwijzen naar ‘%{redirect_url}’ is niet toegestaan.',
  missing_email: 'Je moet een e-mailadres opgeven.',
  unknown_email: 'Er is geen gebruiker met het e-mailadres ‘%{email}’.',
  invalid_link: 'Deze link is niet of niet meer geldig. Vraag een nieuwe aan.',

  reset_sent: 'We hebben een e-mail met instructies om je wachtwoord opnieuw in te stellen gestuurd naar ‘%{email}’.',
  reset_sent_paranoid:
    'Als je e-mailadres bij ons bekend is, ontvang je binnen enkele minuten een e-mail met een link om je wachtwoord opnieuw in te stellen.',
  password_not_required:
    'Dit account heeft geen wachtwoord nodig. Log in plaats daarvan in met je account bij ‘%{provider}’.',
  missing_passwords: 'Vul de velden ‘Wachtwoord’ en ‘Wachtwoordbevestiging’ in.',
  password_updated: 'Je wachtwoord is gewijzigd.',

  confirmation_sent: 'We hebben een e-mail met instructies om je account te bevestigen gestuurd naar ‘%{email}’.',
  confirmation_sent_paranoid:
    'Als je e-mailadres bij ons bekend is, ontvang je binnen enkele minuten een e-mail met instructies om het te bevestigen.',
  confirmed: 'Je e-mailadres is bevestigd.',

  unlock_sent: 'We hebben een e-mail met instructies om je account te deblokkeren gestuurd naar ‘%{email}’.',
  unlock_sent_paranoid:
    'Als je account bestaat, ontvang je binnen enkele minuten een e-mail met instructies om het te deblokkeren.',
  unlocked: 'Je account is gedeblokkeerd.',

  account_exists: 'Er bestaat al een account voor ‘%{email}’',
  oauth_failed: 'Het inloggen is mislukt. Probeer het opnieuw.',
  oauth_refused: 'Je hebt geen toestemming gegeven om in te loggen.',
  oauth_expired: 'Deze inlogpoging heeft te lang geduurd of is al gebruikt. Probeer het opnieuw.',
  oauth_too_long: 'Het inlogverzoek is te lang.',
  oauth_unavailable: 'De aanbieder is op dit moment niet bereikbaar. Probeer het later opnieuw.',
  redirecting: 'Je wordt doorverwezen …',

  cross_site:
    'Een pagina van een andere origin heeft dit verzoek gedaan. Als pagina’s daarvan dat mogen, noem die origin dan in de optie trustedOrigins.',
  unavailable: 'De dienst is op dit moment niet beschikbaar. Probeer het later opnieuw.',

  blank: 'moet worden ingevuld',
  invalid: 'is ongeldig',
  taken: 'is al in gebruik',
  not_email: 'is geen e-mailadres',
  mismatch: 'komt niet overeen met het wachtwoord',
  too_short: 'is te kort (minimaal %{count} tekens)',
  too_long: 'is te lang (maximaal %{count} tekens)',
  too_long_in_bytes: 'is te lang (maximaal %{count} bytes)',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'E-mailadres',
  attribute_password: 'Wachtwoord',
  attribute_password_confirmation: 'Wachtwoordbevestiging',
  attribute_current_password: 'Huidig wachtwoord',
  attribute_base: 'Account',

  mail_hello: 'Hallo %{email}!',
  mail_welcome: 'Welkom %{email}!',
  mail_confirmation_subject: 'Bevestig je account',
  mail_confirmation_text: 'Via de onderstaande link kun je het e-mailadres van je account bevestigen:',
  mail_confirmation_link: 'Mijn account bevestigen',
  mail_reset_subject: 'Stel je wachtwoord opnieuw in',
  mail_reset_text: 'Iemand heeft een link aangevraagd om je wachtwoord te wijzigen. Dat kan via de onderstaande link.',
  mail_reset_link: 'Mijn wachtwoord wijzigen',
  mail_reset_ignore: 'Als je dit niet hebt aangevraagd, kun je deze e-mail negeren.',
  mail_reset_unchanged: 'Je wachtwoord verandert pas als je de bovenstaande link opent en een nieuw wachtwoord kiest.',
  mail_unlock_subject: 'Deblokkeer je account',
  mail_unlock_text: 'Klik op de onderstaande link om je account te deblokkeren:',
  mail_unlock_link: 'Mijn account deblokkeren',
  mail_email_changed_subject: 'E-mailadres gewijzigd',
  mail_email_changed_text: 'Het e-mailadres van je account wordt gewijzigd in %{email}.',
  mail_email_changed_hint: 'Neem contact met ons op als je hier niet om hebt gevraagd.',
  mail_password_changed_subject: 'Wachtwoord gewijzigd',
  mail_password_changed_text: 'Het wachtwoord van je account is gewijzigd.',
  mail_password_changed_hint: 'Als je dit niet zelf hebt gedaan, vraag dan meteen een nieuw wachtwoord aan.',
  mail_address_taken_subject: 'Je hebt al een account',
  mail_address_taken_text:
    'Iemand heeft geprobeerd een account aan te maken met dit e-mailadres, waarvoor al een account bestaat. Er is niets gewijzigd.',
  mail_address_taken_own: 'Was jij dit? Log dan in, of vraag een nieuw wachtwoord aan als je het jouwe bent vergeten.',
  mail_address_taken_other: 'Was jij dit niet? Dan kun je deze e-mail negeren.',
});
