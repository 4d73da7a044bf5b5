import type { Messages } from '../messages/message.js';

/** Romanian. */
export const ro: Messages = Object.freeze({
  bad_credentials: 'Datele de autentificare nu sunt corecte. Încercați din nou.',
  invalid_token: 'Datele de autentificare nu sunt corecte',
  unauthenticated: 'Trebuie să vă autentificați sau să vă înregistrați pentru a continua.',
  unauthorized: 'Acces neautorizat',
  not_signed_in: 'Utilizatorul nu a fost găsit sau nu era autentificat.',
  sign_in_by_post: 'Folosiți POST /sign_in pentru autentificare. GET nu este acceptat.',
  locked: 'Contul dumneavoastră a fost blocat din cauza numărului prea mare de încercări de autentificare nereușite.',
  not_confirmed:
    'Un e-mail de confirmare a fost trimis la „%{email}”. Pentru activarea contului trebuie să urmați instrucțiunile din e-mail',
  too_many_attempts: 'Prea multe încercări de autentificare. Încercați din nou mai târziu.',
  recent_sign_in_required: 'Autentificați-vă din nou pentru a face acest lucru.',

  improper_sign_up: 'Trimiteți date de înregistrare valide în corpul cererii.',
  improper_update: 'Trimiteți date valide pentru actualizarea contului în corpul cererii.',
  user_not_found: 'Utilizatorul nu a fost găsit.',
  overtaken: 'Contul dumneavoastră a fost modificat în același timp de o altă cerere. Încercați din nou.',
  nothing_to_destroy: 'Contul care trebuia șters nu a fost găsit.',
  destroyed: 'Contul cu UID-ul „%{uid}” a fost șters.',
  in_use: 'Contul nu poate fi șters, deoarece alte date fac referire la el.',
  client_not_found: 'Acest dispozitiv nu a fost găsit printre cele ale contului dumneavoastră.',

  missing_confirm_success_url: 'Lipsește parametrul „confirm_success_url”.',
  missing_redirect_url: 'Lipsește URL-ul de redirecționare.',
  redirect_not_allowed: 'Redirecționarea către „%{redirect_url}” nu este permisă.',
  missing_email: 'Trebuie să indicați o adresă de e-mail.',
  unknown_email: 'Nu a fost găsit niciun utilizator cu adresa de e-mail „%{email}”.',
  invalid_link: 'Acest link nu este valabil sau nu mai este valabil. Cereți unul nou.',

  reset_sent: 'Un e-mail cu instrucțiuni pentru resetarea parolei a fost trimis la „%{email}”.',
  reset_sent_paranoid:
    'Dacă adresa dumneavoastră de e-mail există în baza noastră de date, veți primi în câteva minute un e-mail cu un link pentru resetarea parolei.',
  password_not_required: 'Acest cont nu are nevoie de parolă. Autentificați-vă cu contul dumneavoastră „%{provider}”.',
  missing_passwords: 'Trebuie să completați câmpurile „Parolă” și „Confirmarea parolei”.',
  password_updated: 'Parola dumneavoastră a fost schimbată.',

  confirmation_sent: 'Un e-mail cu instrucțiuni pentru confirmarea contului a fost trimis la „%{email}”.',
  confirmation_sent_paranoid:
    'Dacă adresa dumneavoastră de e-mail există în baza noastră de date, veți primi în câteva minute un e-mail cu instrucțiuni pentru confirmarea ei.',
  confirmed: 'Adresa dumneavoastră de e-mail a fost confirmată.',

  unlock_sent: 'Un e-mail cu instrucțiuni pentru deblocarea contului a fost trimis la „%{email}”.',
  unlock_sent_paranoid:
    'Dacă există contul dumneavoastră, veți primi în câteva minute un e-mail cu instrucțiuni pentru deblocarea lui.',
  unlocked: 'Contul dumneavoastră a fost deblocat.',

  account_exists: 'Există deja un cont pentru „%{email}”',
  oauth_failed: 'Autentificarea nu a reușit. Încercați din nou.',
  oauth_refused: 'Nu ați permis autentificarea.',
  oauth_expired: 'Această autentificare a durat prea mult sau a fost deja folosită. Încercați din nou.',
  oauth_too_long: 'Cererea de autentificare este prea lungă.',
  oauth_unavailable: 'Furnizorul nu poate fi contactat în acest moment. Încercați din nou mai târziu.',
  redirecting: 'Se redirecționează…',

  cross_site:
    'O pagină de la altă origine a făcut această cerere. Dacă paginile ei au voie, adăugați acea origine în opțiunea trustedOrigins.',
  unavailable: 'Serviciul nu este disponibil în acest moment. Încercați din nou mai târziu.',

  blank: 'nu poate lipsi',
  invalid: 'nu are o valoare validă',
  taken: 'este deja în uz',
  not_email: 'nu este o adresă de e-mail',
  mismatch: 'nu coincide cu parola',
  too_short: 'are prea puține caractere (minimum %{count})',
  too_long: 'are prea multe caractere (maximum %{count})',
  too_long_in_bytes: 'are prea mulți octeți (maximum %{count})',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'E-mail',
  attribute_password: 'Parolă',
  attribute_password_confirmation: 'Confirmarea parolei',
  attribute_current_password: 'Parola actuală',
  attribute_base: 'Cont',

  mail_hello: 'Bună ziua, %{email}!',
  mail_welcome: 'Bun venit, %{email}!',
  mail_confirmation_subject: 'Instrucțiuni de confirmare',
  mail_confirmation_text: 'Puteți confirma adresa de e-mail a contului prin linkul de mai jos:',
  mail_confirmation_link: 'Confirmă contul',
  mail_reset_subject: 'Instrucțiuni pentru resetarea parolei',
  mail_reset_text:
    'Cineva a cerut un link pentru schimbarea parolei dumneavoastră. Puteți face acest lucru prin linkul de mai jos.',
  mail_reset_link: 'Schimbă parola',
  mail_reset_ignore: 'Dacă nu ați cerut acest lucru, ignorați acest e-mail.',
  mail_reset_unchanged: 'Parola nu se va schimba până când nu deschideți linkul de mai sus și nu creați una nouă.',
  mail_unlock_subject: 'Instrucțiuni de deblocare',
  mail_unlock_text: 'Deschideți linkul de mai jos pentru a debloca contul:',
  mail_unlock_link: 'Deblochează contul',
  mail_email_changed_subject: 'Adresa de e-mail a fost schimbată',
  mail_email_changed_text: 'Adresa de e-mail a contului dumneavoastră va fi schimbată în %{email}.',
  mail_email_changed_hint: 'Dacă nu ați cerut acest lucru, contactați-ne.',
  mail_password_changed_subject: 'Parola a fost schimbată',
  mail_password_changed_text: 'Parola contului dumneavoastră a fost schimbată.',
  mail_password_changed_hint: 'Dacă nu ați făcut dumneavoastră acest lucru, cereți imediat o parolă nouă.',
  mail_address_taken_subject: 'Aveți deja un cont',
  mail_address_taken_text:
    'Cineva a încercat să se înregistreze cu această adresă de e-mail, care are deja un cont. Nu s-a schimbat nimic.',
  mail_address_taken_own:
    'Dacă ați fost dumneavoastră, autentificați-vă sau cereți o parolă nouă dacă ați uitat-o pe a dumneavoastră.',
  mail_address_taken_other: 'Dacă nu ați fost dumneavoastră, ignorați acest e-mail.',
});
