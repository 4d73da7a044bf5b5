import type { Messages } from '../messages/message.js';

/** Danish. */
export const daDK: Messages = Object.freeze({
  bad_credentials: 'Ugyldige loginoplysninger. Prøv igen.',
  invalid_token: 'Ugyldige loginoplysninger',
  unauthenticated: 'Du skal logge ind eller oprette en konto for at fortsætte.',
  unauthorized: 'Ingen adgang',
  not_signed_in: 'Brugeren blev ikke fundet eller var ikke logget ind.',
  sign_in_by_post: 'Brug POST /sign_in til at logge ind. GET understøttes ikke.',
  locked: 'Din konto er blevet låst på grund af for mange mislykkede loginforsøg.',
  not_confirmed:
    'Vi har sendt en bekræftelsesmail til din konto på »%{email}«. Du skal følge vejledningen i mailen, før din konto kan aktiveres',
  too_many_attempts: 'For mange loginforsøg. Prøv igen senere.',
  recent_sign_in_required: 'Log ind igen for at gøre dette.',

  improper_sign_up: 'Send gyldige oplysninger til oprettelse af kontoen i forespørgslens indhold.',
  improper_update: 'Send gyldige oplysninger til ændring af kontoen i forespørgslens indhold.',
  user_not_found: 'Brugeren blev ikke fundet.',
  overtaken: 'Din konto er samtidig blevet ændret af en anden forespørgsel. Prøv igen.',
  nothing_to_destroy: 'Kontoen, der skulle slettes, blev ikke fundet.',
  destroyed: 'Kontoen med UID »%{uid}« er blevet slettet.',
  in_use: 'Kontoen kan ikke slettes, fordi andre data henviser til den.',
  client_not_found: 'Enheden blev ikke fundet blandt enhederne på din konto.',

  missing_confirm_success_url: 'Parameteren »confirm_success_url« mangler.',
  missing_redirect_url: 'URL til viderestilling mangler.',
  redirect_not_allowed: 'Viderestilling til »%{redirect_url}« er ikke tilladt.',
  missing_email: 'Du skal angive en e-mailadresse.',
  unknown_email: 'Der findes ingen bruger med e-mailadressen »%{email}«.',
  invalid_link: 'Linket er ikke gyldigt, eller er det ikke længere. Bed om et nyt.',

  reset_sent: 'Vi har sendt en e-mail til »%{email}« med vejledning i, hvordan du nulstiller din adgangskode.',
  reset_sent_paranoid:
    'Hvis din e-mailadresse findes i vores database, modtager du om få minutter en e-mail med et link til at nulstille din adgangskode.',
  password_not_required: 'Denne konto kræver ikke en adgangskode. Log i stedet ind med din konto hos »%{provider}«.',
  missing_passwords: 'Du skal udfylde felterne »Adgangskode« og »Bekræft adgangskode«.',
  password_updated: 'Din adgangskode er blevet ændret.',

  confirmation_sent: 'Vi har sendt en e-mail til »%{email}« med vejledning i, hvordan du bekræfter din konto.',
  confirmation_sent_paranoid:
    'Hvis din e-mailadresse findes i vores database, modtager du om få minutter en e-mail med vejledning i, hvordan du bekræfter den.',
  confirmed: 'Din e-mailadresse er blevet bekræftet.',

  unlock_sent: 'Vi har sendt en e-mail til »%{email}« med vejledning i, hvordan du låser din konto op.',
  unlock_sent_paranoid:
    'Hvis din konto findes, modtager du om få minutter en e-mail med vejledning i, hvordan du låser den op.',
  unlocked: 'Din konto er blevet låst op.',

  account_exists: 'Der findes allerede en konto for »%{email}«',
  oauth_failed: 'Login mislykkedes. Prøv igen.',
  oauth_refused: 'Du har ikke givet tilladelse til at logge ind.',
  oauth_expired: 'Dette login har taget for lang tid eller er allerede blevet brugt. Prøv igen.',
  oauth_too_long: 'Loginforespørgslen er for lang.',
  oauth_unavailable: 'Udbyderen kan ikke nås i øjeblikket. Prøv igen senere.',
  redirecting: 'Du bliver sendt videre …',

  cross_site:
    'En side fra et andet origin har sendt denne forespørgsel. Hvis siderne dér må det, skal du angive dette origin i indstillingen trustedOrigins.',
  unavailable: 'Tjenesten er ikke tilgængelig i øjeblikket. Prøv igen senere.',

  blank: 'skal udfyldes',
  invalid: 'har en ugyldig værdi',
  taken: 'er allerede i brug',
  not_email: 'er ikke en e-mailadresse',
  mismatch: 'stemmer ikke overens med adgangskoden',
  too_short: 'har for få tegn (mindst %{count})',
  too_long: 'har for mange tegn (højst %{count})',
  too_long_in_bytes: 'har for mange byte (højst %{count})',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'E-mail',
  attribute_password: 'Adgangskode',
  attribute_password_confirmation: 'Bekræft adgangskode',
  attribute_current_password: 'Nuværende adgangskode',
  attribute_base: 'Konto',

  mail_hello: 'Hej %{email}!',
  mail_welcome: 'Velkommen %{email}!',
  mail_confirmation_subject: 'Sådan bekræfter du din konto',
  mail_confirmation_text: 'Du kan bekræfte din kontos e-mailadresse via linket herunder:',
  mail_confirmation_link: 'Bekræft min konto',
  mail_reset_subject: 'Sådan nulstiller du din adgangskode',
  mail_reset_text: 'Nogen har bedt om et link til at ændre din adgangskode. Det kan du gøre via linket herunder.',
  mail_reset_link: 'Skift min adgangskode',
  mail_reset_ignore: 'Hvis du ikke har bedt om det, kan du se bort fra denne e-mail.',
  mail_reset_unchanged: 'Din adgangskode bliver ikke ændret, før du åbner linket ovenfor og vælger en ny.',
  mail_unlock_subject: 'Sådan låser du din konto op',
  mail_unlock_text: 'Klik på linket herunder for at låse din konto op:',
  mail_unlock_link: 'Lås min konto op',
  mail_email_changed_subject: 'E-mailadresse ændret',
  mail_email_changed_text: 'Din kontos e-mailadresse bliver ændret til %{email}.',
  mail_email_changed_hint: 'Hvis du ikke har bedt om det, så kontakt os.',
  mail_password_changed_subject: 'Adgangskode ændret',
  mail_password_changed_text: 'Din kontos adgangskode er blevet ændret.',
  mail_password_changed_hint: 'Hvis det ikke var dig, så bed straks om en ny adgangskode.',
  mail_address_taken_subject: 'Du har allerede en konto',
  mail_address_taken_text:
    'Nogen har forsøgt at oprette en konto med denne e-mailadresse, som allerede har en. Intet er ændret.',
  mail_address_taken_own: 'Hvis det var dig, så log ind, eller bed om en ny adgangskode, hvis du har glemt din.',
  mail_address_taken_other: 'Hvis det ikke var dig, kan du se bort fra denne e-mail.',
});
