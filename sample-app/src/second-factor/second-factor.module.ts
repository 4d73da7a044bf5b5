import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SecondFactorController } from './second-factor.controller.js';
import { SecondFactor } from './second-factor.entity.js';
import { SecondFactors } from './second-factors.js';

/** Global, because the hooks are made inside the module of the library. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([SecondFactor])],
  controllers: [SecondFactorController],
  providers: [SecondFactors],
  exports: [SecondFactors],
})
export class SecondFactorModule {}
