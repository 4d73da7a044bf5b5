/** Which way a language is written, by its tag. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  return /^(ar|dv|fa|he|ku|ps|sd|ug|ur|yi)\b/i.test(language) ? 'rtl' : 'ltr';
}
