import type { Messages } from '../messages/message.js';

/** Albanian. */
export const sq: Messages = Object.freeze({
  bad_credentials: 'Të dhënat e hyrjes nuk janë të sakta. Ju lutemi provoni përsëri.',
  invalid_token: 'Të dhënat e hyrjes nuk janë të sakta',
  unauthenticated: 'Duhet të hyni ose të regjistroheni për të vazhduar.',
  unauthorized: 'Pa autorizim',
  not_signed_in: 'Përdoruesi nuk u gjet ose nuk kishte hyrë.',
  sign_in_by_post: 'Përdorni POST /sign_in për të hyrë. GET nuk mbështetet.',
  locked: 'Llogaria juaj është bllokuar për shkak të përpjekjeve të shumta të dështuara për të hyrë.',
  not_confirmed:
    'Një email konfirmimi u dërgua te “%{email}”. Duhet të ndiqni udhëzimet në email para se llogaria juaj të aktivizohet',
  too_many_attempts: 'Tepër përpjekje për të hyrë. Ju lutemi provoni përsëri më vonë.',
  recent_sign_in_required: 'Ju lutemi hyni përsëri për ta bërë këtë.',

  improper_sign_up: 'Ju lutemi dërgoni të dhëna të vlefshme regjistrimi në trupin e kërkesës.',
  improper_update: 'Ju lutemi dërgoni të dhëna të vlefshme për ndryshimin e llogarisë në trupin e kërkesës.',
  user_not_found: 'Përdoruesi nuk u gjet.',
  overtaken: 'Llogaria juaj u ndryshua në të njëjtën kohë nga një kërkesë tjetër. Ju lutemi provoni përsëri.',
  nothing_to_destroy: 'Llogaria për fshirje nuk u gjet.',
  destroyed: 'Llogaria me UID “%{uid}” u fshi.',
  in_use: 'Llogaria nuk mund të fshihet, sepse të dhëna të tjera i referohen asaj.',
  client_not_found: 'Kjo pajisje nuk u gjet mes pajisjeve të llogarisë suaj.',

  missing_confirm_success_url: 'Mungon parametri “confirm_success_url”.',
  missing_redirect_url: 'Mungon URL-ja e ridrejtimit.',
  redirect_not_allowed: 'Ridrejtimi te “%{redirect_url}” nuk lejohet.',
  missing_email: 'Duhet të jepni një adresë emaili.',
  unknown_email: 'Nuk u gjet asnjë përdorues me emailin “%{email}”.',
  invalid_link: 'Kjo lidhje nuk është e vlefshme, ose nuk është më. Ju lutemi kërkoni një të re.',

  reset_sent: 'Një email me udhëzime për rivendosjen e fjalëkalimit u dërgua te “%{email}”.',
  reset_sent_paranoid:
    'Nëse adresa juaj e emailit gjendet në bazën tonë të të dhënave, pas pak minutash do të merrni një email me një lidhje për rivendosjen e fjalëkalimit.',
  password_not_required: 'Kjo llogari nuk ka nevojë për fjalëkalim. Hyni me llogarinë tuaj “%{provider}”.',
  missing_passwords: 'Duhet të plotësoni fushat “Fjalëkalimi” dhe “Konfirmimi i fjalëkalimit”.',
  password_updated: 'Fjalëkalimi juaj u ndryshua.',

  confirmation_sent: 'Një email me udhëzime për konfirmimin e llogarisë u dërgua te “%{email}”.',
  confirmation_sent_paranoid:
    'Nëse adresa juaj e emailit gjendet në bazën tonë të të dhënave, pas pak minutash do të merrni një email me udhëzime për konfirmimin e saj.',
  confirmed: 'Adresa juaj e emailit u konfirmua.',

  unlock_sent: 'Një email me udhëzime për zhbllokimin e llogarisë u dërgua te “%{email}”.',
  unlock_sent_paranoid:
    'Nëse llogaria juaj ekziston, pas pak minutash do të merrni një email me udhëzime për zhbllokimin e saj.',
  unlocked: 'Llogaria juaj u zhbllokua.',

  account_exists: 'Ekziston tashmë një llogari për “%{email}”',
  oauth_failed: 'Hyrja dështoi. Ju lutemi provoni përsëri.',
  oauth_refused: 'Nuk e keni lejuar hyrjen.',
  oauth_expired: 'Kjo hyrje zgjati shumë ose është përdorur tashmë. Ju lutemi provoni përsëri.',
  oauth_too_long: 'Kërkesa për hyrje është shumë e gjatë.',
  oauth_unavailable: 'Ofruesi nuk mund të arrihet për momentin. Ju lutemi provoni përsëri më vonë.',
  redirecting: 'Po ridrejtoheni…',

  cross_site:
    'Këtë kërkesë e bëri një faqe me origjinë tjetër. Nëse faqet e saj lejohen ta bëjnë këtë, shtojeni atë origjinë te opsioni trustedOrigins.',
  unavailable: 'Shërbimi nuk është i disponueshëm për momentin. Ju lutemi provoni përsëri më vonë.',

  blank: 'nuk mund të mungojë',
  invalid: 'nuk ka vlerë të vlefshme',
  taken: 'është në përdorim tashmë',
  not_email: 'nuk është adresë emaili',
  mismatch: 'nuk përputhet me fjalëkalimin',
  too_short: 'ka shumë pak karaktere (minimumi: %{count})',
  too_long: 'ka tepër karaktere (maksimumi: %{count})',
  too_long_in_bytes: 'ka tepër bajte (maksimumi: %{count})',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'Emaili',
  attribute_password: 'Fjalëkalimi',
  attribute_password_confirmation: 'Konfirmimi i fjalëkalimit',
  attribute_current_password: 'Fjalëkalimi aktual',
  attribute_base: 'Llogaria',

  mail_hello: 'Përshëndetje %{email}!',
  mail_welcome: 'Mirë se vini %{email}!',
  mail_confirmation_subject: 'Udhëzime për konfirmimin e llogarisë',
  mail_confirmation_text: 'Mund ta konfirmoni emailin e llogarisë suaj përmes lidhjes më poshtë:',
  mail_confirmation_link: 'Konfirmo llogarinë time',
  mail_reset_subject: 'Udhëzime për rivendosjen e fjalëkalimit',
  mail_reset_text:
    'Dikush ka kërkuar një lidhje për të ndryshuar fjalëkalimin tuaj. Mund ta bëni këtë përmes lidhjes më poshtë.',
  mail_reset_link: 'Ndrysho fjalëkalimin tim',
  mail_reset_ignore: 'Nëse nuk e keni kërkuar ju, ju lutemi shpërfilleni këtë email.',
  mail_reset_unchanged:
    'Fjalëkalimi juaj nuk do të ndryshojë derisa të hapni lidhjen më sipër dhe të krijoni një të ri.',
  mail_unlock_subject: 'Udhëzime për zhbllokimin e llogarisë',
  mail_unlock_text: 'Klikoni lidhjen më poshtë për të zhbllokuar llogarinë tuaj:',
  mail_unlock_link: 'Zhblloko llogarinë time',
  mail_email_changed_subject: 'Emaili u ndryshua',
  mail_email_changed_text: 'Adresa e emailit të llogarisë suaj po ndryshohet në %{email}.',
  mail_email_changed_hint: 'Nëse nuk e keni kërkuar ju, ju lutemi na kontaktoni.',
  mail_password_changed_subject: 'Fjalëkalimi u ndryshua',
  mail_password_changed_text: 'Fjalëkalimi i llogarisë suaj u ndryshua.',
  mail_password_changed_hint: 'Nëse nuk e keni bërë ju, ju lutemi kërkoni menjëherë një fjalëkalim të ri.',
  mail_address_taken_subject: 'Keni tashmë një llogari',
  mail_address_taken_text:
    'Dikush u përpoq të regjistrohej me këtë adresë emaili, që ka tashmë një llogari. Asgjë nuk ka ndryshuar.',
  mail_address_taken_own: 'Nëse ishit ju, ju lutemi hyni, ose kërkoni një fjalëkalim të ri nëse e keni harruar tuajin.',
  mail_address_taken_other: 'Nëse nuk ishit ju, ju lutemi shpërfilleni këtë email.',
});
