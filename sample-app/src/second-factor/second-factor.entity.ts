import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import { User } from '../user.entity.js';

/** The authenticator of a user. A table of its own, so that no answer and no query for users holds the secret by accident. */
@Entity()
export class SecondFactor {
  @PrimaryColumn({ type: 'int' })
  userId!: number;

  @OneToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'userId' })
  user?: User;

  /** In base32, as it has to be computed with. A real application encrypts it, with a key that is not in the database. */
  @Column({ type: 'varchar', length: 64 })
  secret!: string;

  /** Whether a first code has shown that the authenticator works; until then nobody is asked for codes. */
  @Column({ type: 'boolean', default: false })
  isOn!: boolean;

  /** The latest time step whose code has been used: it and everything before it serve no more (RFC 6238, section 5.2). */
  @Column({ type: 'int', default: 0 })
  lastStep!: number;

  /** How many codes have been tried to switch it off since one was right. */
  @Column({ type: 'int', default: 0 })
  tries!: number;
}
