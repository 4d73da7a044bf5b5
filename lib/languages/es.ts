import type { Messages } from '../messages/message.js';

/** Spanish. */
export const es: Messages = Object.freeze({
  bad_credentials: 'Los datos de acceso no son correctos. Inténtalo de nuevo.',
  invalid_token: 'Los datos de acceso no son correctos',
  unauthenticated: 'Tienes que iniciar sesión o registrarte para continuar.',
  unauthorized: 'No autorizado',
  not_signed_in: 'No se ha encontrado el usuario o no había iniciado sesión.',
  sign_in_by_post: 'Usa POST /sign_in para iniciar sesión. GET no está disponible.',
  locked: 'Tu cuenta se ha bloqueado por un exceso de intentos fallidos de inicio de sesión.',
  not_confirmed:
    'Hemos enviado un correo de confirmación a «%{email}». Debes seguir las instrucciones del correo para que tu cuenta se active',
  too_many_attempts: 'Demasiados intentos de inicio de sesión. Inténtalo de nuevo más tarde.',
  recent_sign_in_required: 'Vuelve a iniciar sesión para hacer esto.',

  improper_sign_up: 'Envía datos de registro válidos en el cuerpo de la petición.',
  improper_update: 'Envía datos válidos para actualizar la cuenta en el cuerpo de la petición.',
  user_not_found: 'No se ha encontrado el usuario.',
  overtaken: 'Otra petición ha modificado tu cuenta al mismo tiempo. Inténtalo de nuevo.',
  nothing_to_destroy: 'No se ha encontrado la cuenta que se quiere eliminar.',
  destroyed: 'La cuenta con el UID «%{uid}» se ha eliminado.',
  in_use: 'La cuenta no se puede eliminar porque otros datos dependen de ella.',
  client_not_found: 'No se ha encontrado este dispositivo entre los de tu cuenta.',

  missing_confirm_success_url: 'Falta el parámetro «confirm_success_url».',
  missing_redirect_url: 'Falta la URL de redirección.',
  redirect_not_allowed: 'No se permite la redirección a «%{redirect_url}».',
  missing_email: 'Debes indicar una dirección de correo electrónico.',
  unknown_email: 'No se ha encontrado ningún usuario con el correo electrónico «%{email}».',
  invalid_link: 'Este enlace no es válido o ha dejado de serlo. Solicita uno nuevo.',

  reset_sent: 'Hemos enviado un correo a «%{email}» con instrucciones para restablecer tu contraseña.',
  reset_sent_paranoid:
    'Si tu correo electrónico está en nuestra base de datos, en unos minutos recibirás un mensaje con un enlace para restablecer tu contraseña.',
  password_not_required: 'Esta cuenta no necesita contraseña. Inicia sesión con tu cuenta de «%{provider}».',
  missing_passwords: 'Debes rellenar los campos «Contraseña» y «Confirmación de la contraseña».',
  password_updated: 'Tu contraseña se ha actualizado.',

  confirmation_sent: 'Hemos enviado un correo a «%{email}» con instrucciones para confirmar tu cuenta.',
  confirmation_sent_paranoid:
    'Si tu correo electrónico está en nuestra base de datos, en unos minutos recibirás un mensaje con instrucciones para confirmarlo.',
  confirmed: 'Tu correo electrónico se ha confirmado.',

  unlock_sent: 'Hemos enviado un correo a «%{email}» con instrucciones para desbloquear tu cuenta.',
  unlock_sent_paranoid:
    'Si tu cuenta existe, en unos minutos recibirás un correo con instrucciones para desbloquearla.',
  unlocked: 'Tu cuenta se ha desbloqueado.',

  account_exists: 'Ya existe una cuenta para «%{email}»',
  oauth_failed: 'No se ha podido iniciar sesión. Inténtalo de nuevo.',
  oauth_refused: 'No has autorizado el inicio de sesión.',
  oauth_expired: 'Este inicio de sesión ha tardado demasiado o ya se ha utilizado. Inténtalo de nuevo.',
  oauth_too_long: 'La petición de inicio de sesión es demasiado larga.',
  oauth_unavailable: 'No se puede contactar con el proveedor en este momento. Inténtalo de nuevo más tarde.',
  redirecting: 'Redirigiendo…',

  cross_site:
    'Una página de otro origen ha hecho esta petición. Si sus páginas pueden hacerlo, incluye ese origen en la opción trustedOrigins.',
  unavailable: 'El servicio no está disponible en este momento. Inténtalo de nuevo más tarde.',

  blank: 'no puede estar en blanco',
  invalid: 'no tiene un valor válido',
  taken: 'ya está en uso',
  not_email: 'no es una dirección de correo electrónico',
  mismatch: 'no coincide con la contraseña',
  too_short: 'debe tener al menos %{count} caracteres',
  too_long: 'debe tener como máximo %{count} caracteres',
  too_long_in_bytes: 'debe tener como máximo %{count} bytes',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'Correo electrónico',
  attribute_password: 'Contraseña',
  attribute_password_confirmation: 'Confirmación de la contraseña',
  attribute_current_password: 'Contraseña actual',
  attribute_base: 'Cuenta',

  mail_hello: '¡Hola, %{email}!',
  mail_welcome: '¡Te damos la bienvenida, %{email}!',
  mail_confirmation_subject: 'Instrucciones de confirmación',
  mail_confirmation_text: 'Puedes confirmar el correo electrónico de tu cuenta en el siguiente enlace:',
  mail_confirmation_link: 'Confirmar mi cuenta',
  mail_reset_subject: 'Instrucciones para restablecer la contraseña',
  mail_reset_text: 'Alguien ha solicitado un enlace para cambiar tu contraseña. Puedes hacerlo en el siguiente enlace.',
  mail_reset_link: 'Cambiar mi contraseña',
  mail_reset_ignore: 'Si no lo has solicitado, puedes ignorar este correo.',
  mail_reset_unchanged: 'Tu contraseña no cambiará hasta que abras el enlace anterior y crees una nueva.',
  mail_unlock_subject: 'Instrucciones de desbloqueo',
  mail_unlock_text: 'Haz clic en el siguiente enlace para desbloquear tu cuenta:',
  mail_unlock_link: 'Desbloquear mi cuenta',
  mail_email_changed_subject: 'Correo electrónico cambiado',
  mail_email_changed_text: 'El correo electrónico de tu cuenta va a cambiar a %{email}.',
  mail_email_changed_hint: 'Si no lo has solicitado, ponte en contacto con nosotros.',
  mail_password_changed_subject: 'Contraseña cambiada',
  mail_password_changed_text: 'La contraseña de tu cuenta se ha cambiado.',
  mail_password_changed_hint: 'Si no has sido tú, solicita una contraseña nueva de inmediato.',
  mail_address_taken_subject: 'Ya tienes una cuenta',
  mail_address_taken_text:
    'Alguien ha intentado registrarse con este correo electrónico, que ya tiene una cuenta. No ha cambiado nada.',
  mail_address_taken_own: 'Si has sido tú, inicia sesión o solicita una contraseña nueva si has olvidado la tuya.',
  mail_address_taken_other: 'Si no has sido tú, puedes ignorar este correo.',
});
