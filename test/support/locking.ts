import { newAccount, PASSWORD, signIn } from './accounts.js';
import { TestApp, User, type Platform } from './app.js';
import { told } from './client.js';
import { Mailbox } from './mailbox.js';
import { MembersController } from './members.js';
import { SlowHasher } from './slow-hasher.js';

/** How many wrong passwords in a row lock an account, unless a test says something else. */
export const MOST = 3;

/** An application that locks accounts, and what tests need of it. */
export class Locking {
  private constructor(
    readonly app: TestApp,
    readonly mailbox: Mailbox,
  ) {}

  static async start(platform: Platform, auth: object): Promise<Locking> {
    const mailbox = await Mailbox.open();
    const options = { lockable: true, maximumAttempts: MOST, throttleSignIn: false, passwordHasher: SlowHasher };
    const app = await TestApp.start(platform, {
      auth: { ...mailbox.options, ...options, ...auth },
      controllers: [MembersController],
    });
    return new Locking(app, mailbox);
  }

  async attempt(email: string, password: string): Promise<unknown[]> {
    const answer = await signIn(this.app, { email, password });
    return [answer.status, told(answer), answer.body];
  }

  async statusOf(email: string, password = PASSWORD): Promise<number> {
    return (await signIn(this.app, { email, password })).status;
  }

  async failTimes(count: number, email: string): Promise<void> {
    for (let turn = 0; turn < count; turn++) {
      if ((await this.statusOf(email, 'wrong')) !== 401) throw new Error('A wrong password was not refused.');
    }
  }

  async locked(): Promise<string> {
    const { email } = await newAccount(this.app);
    await this.failTimes(MOST, email);
    return email;
  }

  async state(email: string): Promise<{ failedAttempts: number | undefined; lockedAt: Date | null | undefined }> {
    const users = this.app.dataSource.getRepository(User).createQueryBuilder('user');
    const { failedAttempts, lockedAt } = await users
      .addSelect(['user.failedAttempts', 'user.lockedAt'])
      .where({ email })
      .getOneOrFail();
    return { failedAttempts, lockedAt };
  }

  async unlockMails(email: string): Promise<number> {
    const mails = await this.mailbox.mailsTo(this.app, email);
    return mails.filter(({ subject }) => subject === 'Unlock instructions').length;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.mailbox.close();
  }
}
