import type { Messages } from '../messages/message.js';

/** Swedish. */
export const sv: Messages = Object.freeze({
  bad_credentials: 'Fel inloggningsuppgifter. Försök igen.',
  invalid_token: 'Fel inloggningsuppgifter',
  unauthenticated: 'Du måste logga in eller skapa ett konto för att fortsätta.',
  unauthorized: 'Åtkomst nekad',
  not_signed_in: 'Användaren hittades inte eller var inte inloggad.',
  sign_in_by_post: 'Använd POST /sign_in för att logga in. GET stöds inte.',
  locked: 'Ditt konto har låsts på grund av för många misslyckade inloggningsförsök.',
  not_confirmed:
    'Ett bekräftelsemejl har skickats till ”%{email}”. Du måste följa instruktionerna i mejlet innan ditt konto kan aktiveras',
  too_many_attempts: 'För många inloggningsförsök. Försök igen senare.',
  recent_sign_in_required: 'Logga in igen för att göra detta.',

  improper_sign_up: 'Skicka giltiga uppgifter för att skapa kontot i förfrågans innehåll.',
  improper_update: 'Skicka giltiga uppgifter för att ändra kontot i förfrågans innehåll.',
  user_not_found: 'Användaren hittades inte.',
  overtaken: 'Ditt konto har samtidigt ändrats av en annan förfrågan. Försök igen.',
  nothing_to_destroy: 'Kontot som skulle tas bort hittades inte.',
  destroyed: 'Kontot med UID ”%{uid}” har tagits bort.',
  in_use: 'Kontot kan inte tas bort eftersom andra uppgifter hänvisar till det.',
  client_not_found: 'Enheten hittades inte bland enheterna på ditt konto.',

  missing_confirm_success_url: 'Parametern ”confirm_success_url” saknas.',
  missing_redirect_url: 'URL för omdirigering saknas.',
  redirect_not_allowed: 'Omdirigering till ”%{redirect_url}” är inte tillåten.',
  missing_email: 'Du måste ange en e-postadress.',
  unknown_email: 'Det finns ingen användare med e-postadressen ”%{email}”.',
  invalid_link: 'Länken är inte giltig, eller inte längre. Begär en ny.',

  reset_sent: 'Ett mejl med instruktioner för att återställa ditt lösenord har skickats till ”%{email}”.',
  reset_sent_paranoid:
    'Om din e-postadress finns i vår databas får du inom några minuter ett mejl med en länk för att återställa ditt lösenord.',
  password_not_required: 'Det här kontot behöver inget lösenord. Logga i stället in med ditt konto hos ”%{provider}”.',
  missing_passwords: 'Du måste fylla i fälten ”Lösenord” och ”Bekräfta lösenord”.',
  password_updated: 'Ditt lösenord har ändrats.',

  confirmation_sent: 'Ett mejl med instruktioner för att bekräfta ditt konto har skickats till ”%{email}”.',
  confirmation_sent_paranoid:
    'Om din e-postadress finns i vår databas får du inom några minuter ett mejl med instruktioner för att bekräfta den.',
  confirmed: 'Din e-postadress har bekräftats.',

  unlock_sent: 'Ett mejl med instruktioner för att låsa upp ditt konto har skickats till ”%{email}”.',
  unlock_sent_paranoid:
    'Om ditt konto finns får du inom några minuter ett mejl med instruktioner för att låsa upp det.',
  unlocked: 'Ditt konto har låsts upp.',

  account_exists: 'Det finns redan ett konto för ”%{email}”',
  oauth_failed: 'Inloggningen misslyckades. Försök igen.',
  oauth_refused: 'Du har inte godkänt inloggningen.',
  oauth_expired: 'Inloggningen tog för lång tid eller har redan använts. Försök igen.',
  oauth_too_long: 'Inloggningsförfrågan är för lång.',
  oauth_unavailable: 'Leverantören kan inte nås just nu. Försök igen senare.',
  redirecting: 'Du skickas vidare …',

  cross_site:
    'En sida från ett annat ursprung gjorde den här förfrågan. Om dess sidor får göra det, ange det ursprunget i alternativet trustedOrigins.',
  unavailable: 'Tjänsten är inte tillgänglig just nu. Försök igen senare.',

  blank: 'måste fyllas i',
  invalid: 'har ett ogiltigt värde',
  taken: 'används redan',
  not_email: 'är inte en e-postadress',
  mismatch: 'stämmer inte överens med lösenordet',
  too_short: 'har för få tecken (minst %{count})',
  too_long: 'har för många tecken (högst %{count})',
  too_long_in_bytes: 'har för många byte (högst %{count})',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'E-post',
  attribute_password: 'Lösenord',
  attribute_password_confirmation: 'Bekräfta lösenord',
  attribute_current_password: 'Nuvarande lösenord',
  attribute_base: 'Konto',

  mail_hello: 'Hej %{email}!',
  mail_welcome: 'Välkommen %{email}!',
  mail_confirmation_subject: 'Så här bekräftar du ditt konto',
  mail_confirmation_text: 'Du kan bekräfta ditt kontos e-postadress via länken nedan:',
  mail_confirmation_link: 'Bekräfta mitt konto',
  mail_reset_subject: 'Så här återställer du ditt lösenord',
  mail_reset_text: 'Någon har begärt en länk för att ändra ditt lösenord. Du kan göra det via länken nedan.',
  mail_reset_link: 'Ändra mitt lösenord',
  mail_reset_ignore: 'Om du inte har begärt detta kan du bortse från det här mejlet.',
  mail_reset_unchanged: 'Ditt lösenord ändras inte förrän du öppnar länken ovan och väljer ett nytt.',
  mail_unlock_subject: 'Så här låser du upp ditt konto',
  mail_unlock_text: 'Klicka på länken nedan för att låsa upp ditt konto:',
  mail_unlock_link: 'Lås upp mitt konto',
  mail_email_changed_subject: 'E-postadressen har ändrats',
  mail_email_changed_text: 'Ditt kontos e-postadress ändras till %{email}.',
  mail_email_changed_hint: 'Kontakta oss om du inte har bett om detta.',
  mail_password_changed_subject: 'Lösenordet har ändrats',
  mail_password_changed_text: 'Ditt kontos lösenord har ändrats.',
  mail_password_changed_hint: 'Om det inte var du, begär genast ett nytt lösenord.',
  mail_address_taken_subject: 'Du har redan ett konto',
  mail_address_taken_text:
    'Någon har försökt skapa ett konto med den här e-postadressen, som redan har ett. Ingenting har ändrats.',
  mail_address_taken_own: 'Om det var du, logga in eller begär ett nytt lösenord om du har glömt ditt.',
  mail_address_taken_other: 'Om det inte var du kan du bortse från det här mejlet.',
});
