/** What the link of a mail has brought along. */
export interface Arrival {
  /** Shown to people. */
  readonly notice: string;
  /** The secret that a new password is set by. */
  readonly resetToken?: string;
}

/** Read before anything else is, so that the secret leaves the address bar, and the history, at once. */
export const arrival: Arrival | null = read(new URLSearchParams(location.search));

function read(parameters: URLSearchParams): Arrival | null {
  const resetToken = parameters.get('reset_password_token');
  if (resetToken !== null) return cleaned({ notice: '', resetToken });
  const confirmed = parameters.get('account_confirmation_success');
  if (confirmed !== null) {
    const notice =
      confirmed === 'true' ? 'The address is confirmed. You can sign in now.' : 'This link does not serve any more.';
    return cleaned({ notice });
  }
  if (parameters.get('unlock') === 'true') return cleaned({ notice: 'The account is unlocked.' });
  // Whoever makes somebody follow such a link could sign them in to an account of his own.
  if (parameters.get('reset_password') === 'true') {
    return cleaned({ notice: 'This link has a session in it, which this page does not take.' });
  }
  return null;
}

function cleaned(arrival: Arrival): Arrival {
  history.replaceState(null, '', location.pathname);
  return arrival;
}
