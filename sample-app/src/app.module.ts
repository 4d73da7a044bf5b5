import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TokenAuthModule } from 'nestjs-token-auth';
import { connect } from './database.js';
import { DemoController } from './demo.controller.js';
import type { Settings } from './settings/settings.js';
import { User } from './user.entity.js';

@Module({ controllers: [DemoController] })
export class AppModule {
  static with({ database, auth }: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRootAsync({
          // Tables are made at the start, which is right for a demo; a real application uses migrations.
          useFactory: () => ({
            ...database,
            autoLoadEntities: true,
            synchronize: true,
            retryAttempts: 3,
            retryDelay: 500,
          }),
          dataSourceFactory: connect,
        }),
        TokenAuthModule.forRoot({ userEntity: User, ...auth }),
      ],
    };
  }
}
