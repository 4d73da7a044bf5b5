import { IsString, MaxLength, ValidateIf } from 'class-validator';

const IfGiven = () => ValidateIf((_, value) => value !== undefined);

/** What people may say about themselves at sign-up, and change later. */
export class ProfileDto {
  @IfGiven()
  @IsString()
  @MaxLength(100)
  name?: string;

  @IfGiven()
  @IsString()
  @MaxLength(100)
  nickname?: string;
}
