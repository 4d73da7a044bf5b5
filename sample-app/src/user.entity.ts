import { TokenAuthUser } from 'nestjs-token-auth';
import { Column, Entity } from 'typeorm';

@Entity()
export class User extends TokenAuthUser {
  @Column({ type: 'varchar', default: '' })
  name!: string;

  @Column({ type: 'varchar', default: '' })
  nickname!: string;
}
