// A script of its own in the head, so that the page is never seen in the wrong colours.
{
  const KEY = 'sample-app:theme';
  const root = document.documentElement;
  const isDark = () =>
    (root.dataset['theme'] ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

  const stored = localStorage.getItem(KEY);
  if (stored === 'dark' || stored === 'light') root.dataset['theme'] = stored;

  document.addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme');
    const show = () => button?.setAttribute('aria-pressed', String(isDark()));
    button?.addEventListener('click', () => {
      root.dataset['theme'] = isDark() ? 'light' : 'dark';
      localStorage.setItem(KEY, root.dataset['theme']);
      show();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);
    show();
  });
}
