import type { Messages } from '../messages/message.js';

/** Portuguese of Portugal. */
export const pt: Messages = Object.freeze({
  bad_credentials: 'Os dados de acesso estão incorretos. Tente novamente.',
  invalid_token: 'Os dados de acesso estão incorretos',
  unauthenticated: 'Tem de iniciar sessão ou registar-se para continuar.',
  unauthorized: 'Não autorizado',
  not_signed_in: 'O utilizador não foi encontrado ou não tinha sessão iniciada.',
  sign_in_by_post: 'Use POST /sign_in para iniciar sessão. GET não é suportado.',
  locked: 'A sua conta foi bloqueada devido a um número excessivo de tentativas de acesso falhadas.',
  not_confirmed:
    'Foi enviado um e-mail de confirmação para «%{email}». Tem de seguir as instruções do e-mail para que a sua conta seja ativada',
  too_many_attempts: 'Demasiadas tentativas de acesso. Tente novamente mais tarde.',
  recent_sign_in_required: 'Inicie sessão novamente para fazer isto.',

  improper_sign_up: 'Envie dados de registo válidos no corpo do pedido.',
  improper_update: 'Envie dados válidos para a atualização da conta no corpo do pedido.',
  user_not_found: 'Utilizador não encontrado.',
  overtaken: 'A sua conta foi alterada ao mesmo tempo por outro pedido. Tente novamente.',
  nothing_to_destroy: 'Não foi possível encontrar a conta a eliminar.',
  destroyed: 'A conta com o UID «%{uid}» foi eliminada.',
  in_use: 'A conta não pode ser eliminada porque outros dados dependem dela.',
  client_not_found: 'Este dispositivo não foi encontrado entre os da sua conta.',

  missing_confirm_success_url: 'Falta o parâmetro «confirm_success_url».',
  missing_redirect_url: 'Falta o URL de redirecionamento.',
  redirect_not_allowed: 'O redirecionamento para «%{redirect_url}» não é permitido.',
  missing_email: 'Tem de indicar um endereço de e-mail.',
  unknown_email: 'Não foi encontrado nenhum utilizador com o e-mail «%{email}».',
  invalid_link: 'Esta ligação não é válida ou deixou de o ser. Peça uma nova.',

  reset_sent: 'Foi enviado um e-mail para «%{email}» com instruções para repor a sua palavra-passe.',
  reset_sent_paranoid:
    'Se o seu endereço de e-mail existir na nossa base de dados, receberá dentro de minutos uma mensagem com uma ligação para repor a sua palavra-passe.',
  password_not_required: 'Esta conta não precisa de palavra-passe. Inicie sessão com a sua conta «%{provider}».',
  missing_passwords: 'Tem de preencher os campos «Palavra-passe» e «Confirmação da palavra-passe».',
  password_updated: 'A sua palavra-passe foi atualizada.',

  confirmation_sent: 'Foi enviado um e-mail para «%{email}» com instruções para confirmar a sua conta.',
  confirmation_sent_paranoid:
    'Se o seu endereço de e-mail existir na nossa base de dados, receberá dentro de minutos uma mensagem com instruções para o confirmar.',
  confirmed: 'O seu endereço de e-mail foi confirmado.',

  unlock_sent: 'Foi enviado um e-mail para «%{email}» com instruções para desbloquear a sua conta.',
  unlock_sent_paranoid:
    'Se a sua conta existir, receberá dentro de minutos um e-mail com instruções para a desbloquear.',
  unlocked: 'A sua conta foi desbloqueada.',

  account_exists: 'Já existe uma conta para «%{email}»',
  oauth_failed: 'Não foi possível iniciar sessão. Tente novamente.',
  oauth_refused: 'Não autorizou o início de sessão.',
  oauth_expired: 'Este início de sessão demorou demasiado ou já foi utilizado. Tente novamente.',
  oauth_too_long: 'O pedido de início de sessão é demasiado longo.',
  oauth_unavailable: 'De momento, não é possível contactar o fornecedor. Tente novamente mais tarde.',
  redirecting: 'A redirecionar…',

  cross_site:
    'Uma página de outra origem fez este pedido. Se as páginas dessa origem o puderem fazer, indique-a na opção trustedOrigins.',
  unavailable: 'O serviço não está disponível de momento. Tente novamente mais tarde.',

  blank: 'não pode ficar em branco',
  invalid: 'não tem um valor válido',
  taken: 'já está em uso',
  not_email: 'não é um endereço de e-mail',
  mismatch: 'não coincide com a palavra-passe',
  too_short: 'deve ter pelo menos %{count} caracteres',
  too_long: 'deve ter no máximo %{count} caracteres',
  too_long_in_bytes: 'deve ter no máximo %{count} bytes',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'E-mail',
  attribute_password: 'Palavra-passe',
  attribute_password_confirmation: 'Confirmação da palavra-passe',
  attribute_current_password: 'Palavra-passe atual',
  attribute_base: 'Conta',

  mail_hello: 'Olá, %{email}!',
  mail_welcome: 'Damos-lhe as boas-vindas, %{email}!',
  mail_confirmation_subject: 'Instruções de confirmação',
  mail_confirmation_text: 'Pode confirmar o e-mail da sua conta através da ligação abaixo:',
  mail_confirmation_link: 'Confirmar a minha conta',
  mail_reset_subject: 'Instruções para repor a palavra-passe',
  mail_reset_text: 'Alguém pediu uma ligação para alterar a sua palavra-passe. Pode fazê-lo através da ligação abaixo.',
  mail_reset_link: 'Alterar a minha palavra-passe',
  mail_reset_ignore: 'Se não fez este pedido, ignore este e-mail.',
  mail_reset_unchanged: 'A sua palavra-passe só será alterada quando abrir a ligação acima e criar uma nova.',
  mail_unlock_subject: 'Instruções de desbloqueio',
  mail_unlock_text: 'Clique na ligação abaixo para desbloquear a sua conta:',
  mail_unlock_link: 'Desbloquear a minha conta',
  mail_email_changed_subject: 'E-mail alterado',
  mail_email_changed_text: 'O endereço de e-mail da sua conta vai ser alterado para %{email}.',
  mail_email_changed_hint: 'Se não pediu esta alteração, contacte-nos.',
  mail_password_changed_subject: 'Palavra-passe alterada',
  mail_password_changed_text: 'A palavra-passe da sua conta foi alterada.',
  mail_password_changed_hint: 'Se não fez esta alteração, peça imediatamente uma nova palavra-passe.',
  mail_address_taken_subject: 'Já tem uma conta',
  mail_address_taken_text:
    'Alguém tentou registar-se com este endereço de e-mail, que já tem uma conta. Nada foi alterado.',
  mail_address_taken_own:
    'Se fez esta tentativa, inicie sessão ou peça uma nova palavra-passe caso se tenha esquecido da sua.',
  mail_address_taken_other: 'Caso contrário, ignore este e-mail.',
});
