import type { Messages } from '../messages/message.js';

/** French. */
export const fr: Messages = Object.freeze({
  bad_credentials: 'Identifiants de connexion incorrects. Veuillez réessayer.',
  invalid_token: 'Identifiants de connexion incorrects',
  unauthenticated: 'Vous devez vous connecter ou créer un compte pour continuer.',
  unauthorized: 'Accès non autorisé',
  not_signed_in: 'L’utilisateur est introuvable ou n’était pas connecté.',
  sign_in_by_post: 'Utilisez POST /sign_in pour vous connecter. GET n’est pas pris en charge.',
  locked: 'Votre compte a été verrouillé en raison d’un trop grand nombre de tentatives de connexion infructueuses.',
  not_confirmed:
    'Un e-mail de confirmation a été envoyé à « %{email} ». Vous devez suivre les instructions qu’il contient avant que votre compte puisse être activé',
  too_many_attempts: 'Trop de tentatives de connexion. Veuillez réessayer plus tard.',
  recent_sign_in_required: 'Veuillez vous reconnecter pour effectuer cette action.',

  improper_sign_up: 'Veuillez envoyer des données d’inscription valides dans le corps de la requête.',
  improper_update: 'Veuillez envoyer des données de modification du compte valides dans le corps de la requête.',
  user_not_found: 'Utilisateur introuvable.',
  overtaken: 'Votre compte a été modifié en même temps par une autre requête. Veuillez réessayer.',
  nothing_to_destroy: 'Le compte à supprimer est introuvable.',
  destroyed: 'Le compte avec l’UID « %{uid} » a été supprimé.',
  in_use: 'Le compte ne peut pas être supprimé, car d’autres données y font référence.',
  client_not_found: 'Cet appareil est introuvable parmi ceux de votre compte.',

  missing_confirm_success_url: 'Le paramètre « confirm_success_url » est manquant.',
  missing_redirect_url: 'L’URL de redirection est manquante.',
  redirect_not_allowed: 'La redirection vers « %{redirect_url} » n’est pas autorisée.',
  missing_email: 'Vous devez indiquer une adresse e-mail.',
  unknown_email: 'Aucun utilisateur ne correspond à l’adresse e-mail « %{email} ».',
  invalid_link: 'Ce lien n’est pas valide, ou ne l’est plus. Veuillez en demander un nouveau.',

  reset_sent: 'Un e-mail contenant les instructions pour réinitialiser votre mot de passe a été envoyé à « %{email} ».',
  reset_sent_paranoid:
    'Si votre adresse e-mail existe dans notre base de données, vous recevrez dans quelques minutes un e-mail avec un lien pour réinitialiser votre mot de passe.',
  password_not_required:
    'Ce compte ne nécessite pas de mot de passe. Connectez-vous plutôt avec votre compte « %{provider} ».',
  missing_passwords: 'Vous devez remplir les champs « Mot de passe » et « Confirmation du mot de passe ».',
  password_updated: 'Votre mot de passe a été modifié.',

  confirmation_sent: 'Un e-mail contenant les instructions pour confirmer votre compte a été envoyé à « %{email} ».',
  confirmation_sent_paranoid:
    'Si votre adresse e-mail existe dans notre base de données, vous recevrez dans quelques minutes un e-mail avec les instructions pour la confirmer.',
  confirmed: 'Votre adresse e-mail a été confirmée.',

  unlock_sent: 'Un e-mail contenant les instructions pour déverrouiller votre compte a été envoyé à « %{email} ».',
  unlock_sent_paranoid:
    'Si votre compte existe, vous recevrez dans quelques minutes un e-mail avec les instructions pour le déverrouiller.',
  unlocked: 'Votre compte a été déverrouillé.',

  account_exists: 'Un compte existe déjà pour « %{email} »',
  oauth_failed: 'La connexion a échoué. Veuillez réessayer.',
  oauth_refused: 'Vous n’avez pas autorisé la connexion.',
  oauth_expired: 'Cette connexion a pris trop de temps ou a déjà été utilisée. Veuillez réessayer.',
  oauth_too_long: 'La demande de connexion est trop longue.',
  oauth_unavailable: 'Le fournisseur est injoignable pour le moment. Veuillez réessayer plus tard.',
  redirecting: 'Redirection en cours…',

  cross_site:
    'Une page d’une autre origine a fait cette requête. Si ses pages y sont autorisées, indiquez cette origine dans l’option trustedOrigins.',
  unavailable: 'Le service est indisponible pour le moment. Veuillez réessayer plus tard.',

  blank: 'ne peut pas être vide',
  invalid: 'n’est pas valide',
  taken: 'existe déjà',
  not_email: 'n’est pas une adresse e-mail',
  mismatch: 'ne correspond pas au mot de passe',
  too_short: 'doit comporter au moins %{count} caractères',
  too_long: 'doit comporter au plus %{count} caractères',
  too_long_in_bytes: 'doit comporter au plus %{count} octets',
  full_message: '%{attribute} %{fault}',
  attribute_email: 'Adresse e-mail',
  attribute_password: 'Mot de passe',
  attribute_password_confirmation: 'Confirmation du mot de passe',
  attribute_current_password: 'Mot de passe actuel',
  attribute_base: 'Compte',

  mail_hello: 'Bonjour %{email} !',
  mail_welcome: 'Bienvenue %{email} !',
  mail_confirmation_subject: 'Instructions de confirmation',
  mail_confirmation_text: 'Vous pouvez confirmer l’adresse e-mail de votre compte en suivant ce lien :',
  mail_confirmation_link: 'Confirmer mon compte',
  mail_reset_subject: 'Instructions de réinitialisation du mot de passe',
  mail_reset_text: 'Un lien pour changer votre mot de passe a été demandé. Vous pouvez le faire en suivant ce lien.',
  mail_reset_link: 'Changer mon mot de passe',
  mail_reset_ignore: 'Si vous n’avez rien demandé, vous pouvez ignorer cet e-mail.',
  mail_reset_unchanged:
    'Votre mot de passe ne changera pas tant que vous n’aurez pas ouvert ce lien et choisi un nouveau mot de passe.',
  mail_unlock_subject: 'Instructions de déverrouillage',
  mail_unlock_text: 'Cliquez sur ce lien pour déverrouiller votre compte :',
  mail_unlock_link: 'Déverrouiller mon compte',
  mail_email_changed_subject: 'Adresse e-mail modifiée',
  mail_email_changed_text:
    'L’adresse e-mail de votre compte est en cours de modification. Nouvelle adresse : %{email}.',
  mail_email_changed_hint: 'Si vous ne l’avez pas demandé, veuillez nous contacter.',
  mail_password_changed_subject: 'Mot de passe modifié',
  mail_password_changed_text: 'Le mot de passe de votre compte a été modifié.',
  mail_password_changed_hint: 'Si ce n’était pas vous, demandez immédiatement un nouveau mot de passe.',
  mail_address_taken_subject: 'Vous avez déjà un compte',
  mail_address_taken_text:
    'Quelqu’un a essayé de s’inscrire avec cette adresse e-mail, qui a déjà un compte. Rien n’a changé.',
  mail_address_taken_own:
    'Si c’était vous, connectez-vous, ou demandez un nouveau mot de passe si vous avez oublié le vôtre.',
  mail_address_taken_other: 'Si ce n’était pas vous, vous pouvez ignorer cet e-mail.',
});
