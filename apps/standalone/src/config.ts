import { FromEnv } from '@app/bootstrap';
import { IsInt, IsString, Max, Min, MinLength } from 'class-validator';

/** What the one process of the embedded default is told. Everything else it makes and keeps in its data folder. */
export class StandaloneConfig {
  @FromEnv('HOST', 'address to listen on')
  @IsString()
  host: string = '127.0.0.1';

  @FromEnv('PORT', 'port to listen on; 0 takes a free one')
  @IsInt()
  @Min(0)
  @Max(65_535)
  port: number = 0;

  @FromEnv('PETABAKAT_DATA_FOLDER', 'folder that keeps database and secrets between runs')
  @IsString()
  @MinLength(1)
  dataFolder: string = '.data';

  @FromEnv('PETABAKAT_DATABASE_PORT', 'port of the embedded PostgreSQL; 0 takes a free one')
  @IsInt()
  @Min(0)
  @Max(65_535)
  databasePort: number = 0;
}
