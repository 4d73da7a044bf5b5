import 'reflect-metadata';
import {
  Equals,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MinLength,
} from 'class-validator';
import { TokenAuthUser } from 'nestjs-token-auth';
import { Column, Entity, Index } from 'typeorm';
import { freshEmail, PASSWORD } from './accounts.js';
import { TestApp, type Platform } from './app.js';
import { ProtocolClient } from './client.js';

export class Home {
  @Column({ type: 'varchar', default: '' })
  city!: string;
}

@Entity()
export class Member extends TokenAuthUser {
  @Column({ type: 'varchar', length: 40, default: '' })
  firstName!: string;

  @Column({ type: 'varchar', default: 'green' })
  colour!: string;

  @Index({ unique: true })
  @Column({ type: 'varchar', length: 20, nullable: true, select: false })
  nickname?: string | null;

  @Column({ type: 'int', nullable: true })
  age!: number | null;

  @Column({ type: 'simple-json', nullable: true })
  settings!: object | null;

  @Column({ type: 'simple-enum', enum: ['light', 'dark'], default: 'light' })
  theme!: string;

  @Column({ type: 'date', nullable: true })
  birthday!: string | null;

  @Column({ type: 'boolean', default: false })
  newsletter!: boolean;

  @Column({ type: 'varchar', default: '' })
  role!: string;

  @Column(() => Home)
  home!: Home;
}

export class Names {
  @IsOptional()
  @IsString()
  @MinLength(2)
  first_name?: string;

  /** Checked by nothing but the column. */
  @IsOptional()
  colour?: unknown;
}

export class Profile extends Names {
  @IsOptional()
  nickname?: unknown;

  @IsOptional()
  @IsInt()
  age?: number;

  @IsOptional()
  @IsObject()
  settings?: object;

  @IsOptional()
  theme?: unknown;

  @IsOptional()
  @IsISO8601()
  birthday?: string;

  @IsOptional()
  newsletter?: unknown;

  /** Part of an embedded entity there, no column by itself. */
  @IsOptional()
  city?: string;

  @IsOptional()
  @Matches(/^\d+$/, { message: 'takes digits alone' })
  postal_code?: string;

  /** Without a decorator. */
  role?: string;
}

export class NewProfile extends Profile {
  @Equals(true)
  terms_accepted?: boolean;

  @IsNotEmpty()
  override theme = 'dark';
}

/** An application whose profiles are its own. */
export async function startProfiles(platform: Platform): Promise<TestApp> {
  return await TestApp.start(platform, {
    auth: { userEntity: Member, signUpDto: NewProfile, accountUpdateDto: Profile },
  });
}

/** A sign-up with this profile. */
export function given(profile: object): object {
  return { email: freshEmail(), password: PASSWORD, terms_accepted: true, ...profile };
}

/** Somebody with this profile, signed in. */
export async function member(app: TestApp, profile: object = {}): Promise<ProtocolClient> {
  return await ProtocolClient.signedIn(app, await app.user(profile));
}
