/** What is wrong with the environment variables; each fault names its variable and what is allowed. */
export class SettingsError extends Error {
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
  }
}
