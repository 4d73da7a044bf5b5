import type { Type } from '@nestjs/common';
import { FindOptionsUtils, type DataSource, type QueryRunner, type SelectQueryBuilder } from 'typeorm';
import { UpdateTexts, type Update } from '../database/update-texts.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { ArrivalStatement, DATABASE_NOW } from './arrival-statement.js';
import type { AuthToken } from './auth-token.entity.js';

/** The statements that run at every request: their texts are made once, from the metadata of the entities. */
export class TokenStatements<U extends AnyUser> {
  private madeArrival: ArrivalStatement<U> | null | undefined;
  private madeUpdates: UpdateTexts | undefined;

  /** @param time - SQL for the time that all processes agree on, or null where that of this process is the one. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly entity: Type<AuthToken<U>>,
    private readonly userEntity: Type<U>,
    private readonly time: string | null,
  ) {}

  /** The SELECT of an arriving request; null where it has to be {@link liveClients}. */
  get arrival(): ArrivalStatement<U> | null {
    // Not before the data source knows its entities.
    if (this.madeArrival === undefined) {
      const query = (client: string) => this.liveClients(client);
      this.madeArrival = ArrivalStatement.of(this.dataSource, query, this.entity, this.userEntity, this.time);
    }
    return this.madeArrival;
  }

  /** A client that lives in its user's present epoch, together with the user as a repository would load it. */
  liveClients(client: string, runner?: QueryRunner): SelectQueryBuilder<AuthToken<U>> {
    const query = this.dataSource
      .createQueryBuilder(this.entity, 'token', runner)
      .innerJoinAndSelect('token.user', 'user')
      .where('token.client = :client', { client })
      .andWhere('token.authEpoch = user.authEpoch');
    if (this.time !== null) query.addSelect(this.time, DATABASE_NOW);
    FindOptionsUtils.joinEagerRelations(query, 'user', this.dataSource.getMetadata(this.userEntity));
    return query;
  }

  /** `UPDATE` of one client where the row still has the `seen` values. */
  update(id: string, values: Partial<AuthToken>, seen: Partial<AuthToken>): Update {
    return this.updates.update(values, { id, ...seen });
  }

  /** Holds a batch open for longer where it ends no later than `before`. */
  extension(id: string, replacedHash: string, openUntil: number, before: number): Update {
    return this.updates.update({ batchOpenUntil: openUntil }, { id, replacedHash }, { batchOpenUntil: before });
  }

  private get updates(): UpdateTexts {
    return (this.madeUpdates ??= new UpdateTexts(this.dataSource, this.dataSource.getMetadata(this.entity)));
  }
}
