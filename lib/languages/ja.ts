import type { Messages } from '../messages/message.js';

/** Japanese. */
export const ja: Messages = Object.freeze({
  bad_credentials: 'ログイン情報が正しくありません。もう一度お試しください。',
  invalid_token: 'ログイン情報が正しくありません',
  unauthenticated: '続けるには、ログインまたはアカウント登録をしてください。',
  unauthorized: '権限がありません',
  not_signed_in: 'ユーザーが見つからないか、ログインしていません。',
  sign_in_by_post: 'ログインするには POST /sign_in を使用してください。GET には対応していません。',
  locked: 'ログインに何度も失敗したため、アカウントがロックされました。',
  not_confirmed: '確認メールを「%{email}」に送信しました。アカウントを有効にするには、メールの案内に従ってください',
  too_many_attempts: 'ログインの試行回数が多すぎます。しばらくしてからもう一度お試しください。',
  recent_sign_in_required: 'この操作を行うには、もう一度ログインしてください。',

  improper_sign_up: 'リクエスト本文に正しい登録データを指定してください。',
  improper_update: 'リクエスト本文に正しいアカウント更新データを指定してください。',
  user_not_found: 'ユーザーが見つかりません。',
  overtaken: '同時に行われた別のリクエストによってアカウントが変更されました。もう一度お試しください。',
  nothing_to_destroy: '削除するアカウントが見つかりません。',
  destroyed: 'UID「%{uid}」のアカウントを削除しました。',
  in_use: 'ほかのデータから参照されているため、アカウントを削除できません。',
  client_not_found: 'お使いのアカウントのデバイスの中に、このデバイスは見つかりません。',

  missing_confirm_success_url: 'パラメーター「confirm_success_url」がありません。',
  missing_redirect_url: 'リダイレクト先の URL がありません。',
  redirect_not_allowed: '「%{redirect_url}」へのリダイレクトは許可されていません。',
  missing_email: 'メールアドレスを入力してください。',
  unknown_email: 'メールアドレス「%{email}」のユーザーが見つかりません。',
  invalid_link: 'このリンクは無効か、期限が切れています。新しいリンクをリクエストしてください。',

  reset_sent: 'パスワードの再設定方法を記載したメールを「%{email}」に送信しました。',
  reset_sent_paranoid:
    '入力されたメールアドレスが登録されている場合は、パスワード再設定用のリンクを記載したメールが数分以内に届きます。',
  password_not_required:
    'このアカウントにパスワードは必要ありません。「%{provider}」のアカウントでログインしてください。',
  missing_passwords: '「パスワード」と「パスワード（確認用）」の両方を入力してください。',
  password_updated: 'パスワードを変更しました。',

  confirmation_sent: 'アカウントの確認方法を記載したメールを「%{email}」に送信しました。',
  confirmation_sent_paranoid:
    '入力されたメールアドレスが登録されている場合は、メールアドレスの確認方法を記載したメールが数分以内に届きます。',
  confirmed: 'メールアドレスを確認しました。',

  unlock_sent: 'アカウントのロック解除方法を記載したメールを「%{email}」に送信しました。',
  unlock_sent_paranoid: 'アカウントが存在する場合は、ロックの解除方法を記載したメールが数分以内に届きます。',
  unlocked: 'アカウントのロックを解除しました。',

  account_exists: '「%{email}」のアカウントはすでに存在します',
  oauth_failed: 'ログインできませんでした。もう一度お試しください。',
  oauth_refused: 'ログインが許可されませんでした。',
  oauth_expired: 'ログインに時間がかかりすぎたか、すでに使用されています。もう一度お試しください。',
  oauth_too_long: 'ログインのリクエストが長すぎます。',
  oauth_unavailable: '現在プロバイダーに接続できません。しばらくしてからもう一度お試しください。',
  redirecting: 'リダイレクトしています…',

  cross_site:
    '別のオリジンのページからのリクエストです。許可する場合は、そのオリジンをオプション trustedOrigins に追加してください。',
  unavailable: '現在サービスをご利用いただけません。しばらくしてからもう一度お試しください。',

  blank: '入力してください',
  invalid: '正しい値ではありません',
  taken: 'すでに使用されています',
  not_email: 'メールアドレスではありません',
  mismatch: 'パスワードと一致しません',
  too_short: '短すぎます（%{count} 文字以上）',
  too_long: '長すぎます（%{count} 文字以内）',
  too_long_in_bytes: '長すぎます（%{count} バイト以内）',
  full_message: '%{attribute}: %{fault}',
  attribute_email: 'メールアドレス',
  attribute_password: 'パスワード',
  attribute_password_confirmation: 'パスワード（確認用）',
  attribute_current_password: '現在のパスワード',
  attribute_base: 'アカウント',

  mail_hello: '%{email} 様',
  mail_welcome: '%{email} 様、ご登録ありがとうございます。',
  mail_confirmation_subject: 'アカウントの確認について',
  mail_confirmation_text: '次のリンクから、アカウントのメールアドレスを確認できます。',
  mail_confirmation_link: 'アカウントを確認する',
  mail_reset_subject: 'パスワードの再設定について',
  mail_reset_text: 'パスワードを変更するためのリンクがリクエストされました。次のリンクから変更できます。',
  mail_reset_link: 'パスワードを変更する',
  mail_reset_ignore: 'お心当たりがない場合は、このメールを無視してください。',
  mail_reset_unchanged: '上のリンクを開いて新しいパスワードを設定するまで、パスワードは変更されません。',
  mail_unlock_subject: 'アカウントのロック解除について',
  mail_unlock_text: 'アカウントのロックを解除するには、次のリンクを開いてください。',
  mail_unlock_link: 'ロックを解除する',
  mail_email_changed_subject: 'メールアドレスの変更',
  mail_email_changed_text: 'アカウントのメールアドレスが %{email} に変更されます。',
  mail_email_changed_hint: 'お心当たりがない場合は、お問い合わせください。',
  mail_password_changed_subject: 'パスワードの変更',
  mail_password_changed_text: 'アカウントのパスワードが変更されました。',
  mail_password_changed_hint: 'お心当たりがない場合は、すぐに新しいパスワードをリクエストしてください。',
  mail_address_taken_subject: 'すでにアカウントをお持ちです',
  mail_address_taken_text:
    'アカウントのあるこのメールアドレスで、新たに登録しようとした方がいます。変更されたものはありません。',
  mail_address_taken_own:
    'ご本人の場合は、ログインしてください。パスワードをお忘れの場合は、新しいパスワードをリクエストしてください。',
  mail_address_taken_other: 'お心当たりがない場合は、このメールを無視してください。',
});
