import type { Messages } from '../messages/message.js';

/** Polish. */
export const pl: Messages = Object.freeze({
  bad_credentials: 'Nieprawidłowe dane logowania. Spróbuj ponownie.',
  invalid_token: 'Nieprawidłowe dane logowania',
  unauthenticated: 'Aby kontynuować, zaloguj się lub zarejestruj.',
  unauthorized: 'Brak dostępu',
  not_signed_in: 'Nie znaleziono użytkownika lub nie był on zalogowany.',
  sign_in_by_post: 'Aby się zalogować, użyj POST /sign_in. Metoda GET nie jest obsługiwana.',
  locked: 'Twoje konto zostało zablokowane z powodu zbyt wielu nieudanych prób logowania.',
  not_confirmed:
    'Na adres „%{email}” wysłaliśmy wiadomość z potwierdzeniem. Aby aktywować konto, postępuj zgodnie z zawartymi w niej instrukcjami',
  too_many_attempts: 'Zbyt wiele prób logowania. Spróbuj ponownie później.',
  recent_sign_in_required: 'Aby to zrobić, zaloguj się ponownie.',

  improper_sign_up: 'Prześlij w treści żądania prawidłowe dane do rejestracji.',
  improper_update: 'Prześlij w treści żądania prawidłowe dane do zmiany konta.',
  user_not_found: 'Nie znaleziono użytkownika.',
  overtaken: 'Twoje konto zostało w tym samym czasie zmienione przez inne żądanie. Spróbuj ponownie.',
  nothing_to_destroy: 'Nie znaleziono konta do usunięcia.',
  destroyed: 'Konto o UID „%{uid}” zostało usunięte.',
  in_use: 'Nie można usunąć konta, ponieważ odwołują się do niego inne dane.',
  client_not_found: 'Nie znaleziono tego urządzenia wśród urządzeń Twojego konta.',

  missing_confirm_success_url: 'Brak parametru „confirm_success_url”.',
  missing_redirect_url: 'Brak adresu URL przekierowania.',
  redirect_not_allowed: 'Przekierowanie do „%{redirect_url}” jest niedozwolone.',
  missing_email: 'Podaj adres e-mail.',
  unknown_email: 'Nie znaleziono użytkownika z adresem e-mail „%{email}”.',
  invalid_link: 'Ten link jest nieprawidłowy lub stracił ważność. Poproś o nowy.',

  reset_sent: 'Na adres „%{email}” wysłaliśmy wiadomość z instrukcją resetowania hasła.',
  reset_sent_paranoid:
    'Jeśli Twój adres e-mail znajduje się w naszej bazie danych, w ciągu kilku minut otrzymasz wiadomość z linkiem do zresetowania hasła.',
  password_not_required: 'To konto nie wymaga hasła. Zaloguj się za pomocą swojego konta „%{provider}”.',
  missing_passwords: 'Wypełnij pola „Hasło” i „Potwierdzenie hasła”.',
  password_updated: 'Twoje hasło zostało zmienione.',

  confirmation_sent: 'Na adres „%{email}” wysłaliśmy wiadomość z instrukcją potwierdzenia konta.',
  confirmation_sent_paranoid:
    'Jeśli Twój adres e-mail znajduje się w naszej bazie danych, w ciągu kilku minut otrzymasz wiadomość z instrukcją jego potwierdzenia.',
  confirmed: 'Twój adres e-mail został potwierdzony.',

  unlock_sent: 'Na adres „%{email}” wysłaliśmy wiadomość z instrukcją odblokowania konta.',
  unlock_sent_paranoid:
    'Jeśli Twoje konto istnieje, w ciągu kilku minut otrzymasz wiadomość z instrukcją jego odblokowania.',
  unlocked: 'Twoje konto zostało odblokowane.',

  account_exists: 'Konto dla adresu „%{email}” już istnieje',
  oauth_failed: 'Logowanie nie powiodło się. Spróbuj ponownie.',
  oauth_refused: 'Nie wyrażono zgody na logowanie.',
  oauth_expired: 'To logowanie trwało zbyt długo lub zostało już wykorzystane. Spróbuj ponownie.',
  oauth_too_long: 'Żądanie logowania jest zbyt długie.',
  oauth_unavailable: 'Dostawca jest w tej chwili nieosiągalny. Spróbuj ponownie później.',
  redirecting: 'Trwa przekierowanie…',

  cross_site:
    'To żądanie wysłała strona z innego źródła. Jeśli jego strony mogą to robić, dodaj to źródło w opcji trustedOrigins.',
  unavailable: 'Usługa jest w tej chwili niedostępna. Spróbuj ponownie później.',

  blank: 'nie może pozostać bez wartości',
  invalid: 'ma nieprawidłową wartość',
  taken: 'jest już w użyciu',
  not_email: 'nie jest adresem e-mail',
  mismatch: 'nie zgadza się z hasłem',
  too_short: 'ma za mało znaków (minimum: %{count})',
  too_long: 'ma za dużo znaków (maksimum: %{count})',
  too_long_in_bytes: 'zajmuje za dużo bajtów (maksimum: %{count})',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'Adres e-mail',
  attribute_password: 'Hasło',
  attribute_password_confirmation: 'Potwierdzenie hasła',
  attribute_current_password: 'Obecne hasło',
  attribute_base: 'Konto',

  mail_hello: 'Witaj, %{email}!',
  mail_welcome: 'Witamy, %{email}!',
  mail_confirmation_subject: 'Instrukcja potwierdzenia konta',
  mail_confirmation_text: 'Adres e-mail swojego konta możesz potwierdzić, klikając poniższy link:',
  mail_confirmation_link: 'Potwierdź moje konto',
  mail_reset_subject: 'Instrukcja resetowania hasła',
  mail_reset_text: 'Ktoś poprosił o link do zmiany Twojego hasła. Możesz je zmienić, klikając poniższy link.',
  mail_reset_link: 'Zmień moje hasło',
  mail_reset_ignore: 'Jeśli to nie była Twoja prośba, zignoruj tę wiadomość.',
  mail_reset_unchanged: 'Twoje hasło nie zmieni się, dopóki nie otworzysz powyższego linku i nie utworzysz nowego.',
  mail_unlock_subject: 'Instrukcja odblokowania konta',
  mail_unlock_text: 'Kliknij poniższy link, aby odblokować swoje konto:',
  mail_unlock_link: 'Odblokuj moje konto',
  mail_email_changed_subject: 'Zmiana adresu e-mail',
  mail_email_changed_text: 'Adres e-mail Twojego konta zostanie zmieniony na %{email}.',
  mail_email_changed_hint: 'Jeśli to nie była Twoja prośba, skontaktuj się z nami.',
  mail_password_changed_subject: 'Zmiana hasła',
  mail_password_changed_text: 'Hasło do Twojego konta zostało zmienione.',
  mail_password_changed_hint: 'Jeśli to nie Twoje działanie, natychmiast poproś o nowe hasło.',
  mail_address_taken_subject: 'Masz już konto',
  mail_address_taken_text:
    'Ktoś próbował zarejestrować się z tym adresem e-mail, który ma już konto. Nic się nie zmieniło.',
  mail_address_taken_own: 'Jeśli to Twoje działanie, zaloguj się lub poproś o nowe hasło, jeśli nie pamiętasz swojego.',
  mail_address_taken_other: 'Jeśli to nie Twoje działanie, zignoruj tę wiadomość.',
});
