import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainError } from '@app/contracts';
import { IsArray, IsBoolean, IsInt, IsNumber, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { FromEnv, SecretFromEnv, configVariables } from './config.decorators';
import { loadConfig } from './load-config';

class ServerConfig {
  @FromEnv('PORT', 'port of the HTTP server')
  @IsInt()
  @Min(0)
  @Max(65_535)
  port = 3000;
}

class ThingsConfig extends ServerConfig {
  @SecretFromEnv('PETABAKAT_SECRET', 'secret of the tokens')
  @IsString()
  @Length(8)
  secret: string;

  @FromEnv('PETABAKAT_BROKERS', 'addresses of the brokers')
  @IsArray()
  brokers: string[] = [];

  @FromEnv('PETABAKAT_STRICT', 'whether to be strict')
  @IsBoolean()
  strict = false;

  @FromEnv('PETABAKAT_DELAY', 'seconds of delay')
  @IsOptional()
  @IsNumber()
  delaySeconds?: number;

  @FromEnv('PETABAKAT_SITE', 'name of the site')
  @IsOptional()
  @IsString()
  site?: string;
}

const SECRET = 'a secret of enough characters';

function problemsOf(env: NodeJS.ProcessEnv) {
  try {
    loadConfig(ThingsConfig, env);
  } catch (error) {
    if (error instanceof DomainError) return { code: error.code, message: error.message, ...error.options };
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('configuration', () => {
  test('variables become what their properties are, absent ones keep their defaults', () => {
    const config = loadConfig(ThingsConfig, {
      PETABAKAT_DELAY: '1.5',
      PETABAKAT_SECRET: SECRET,
      PETABAKAT_BROKERS: 'a:1, b:2',
      PETABAKAT_STRICT: 'true',
      PETABAKAT_SITE: '',
    });
    expect({ ...config }).toEqual({
      port: 3000,
      delaySeconds: 1.5,
      secret: SECRET,
      brokers: ['a:1', 'b:2'],
      strict: true,
      site: undefined,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('all problems are listed at once, by variable, without their values', () => {
    const found = problemsOf({ PORT: '99999', PETABAKAT_STRICT: 'perhaps', PETABAKAT_BROKER: 'x', OTHER: 'y' });
    expect(found.code).toBe('config.invalid');
    expect(found.problems).toEqual([
      { at: 'PETABAKAT_BROKER', message: 'is not a variable of this app' },
      { at: 'PORT', message: 'must not be greater than 65535 (port of the HTTP server)' },
      { at: 'PETABAKAT_SECRET', message: 'is missing (secret of the tokens)' },
      { at: 'PETABAKAT_STRICT', message: 'must be a boolean value (whether to be strict)' },
    ]);
    expect(found.message).not.toMatch(/99999|perhaps/);
  });

  test('a number with letters is refused, not cut', () => {
    const found = problemsOf({ PORT: '80a', PETABAKAT_SECRET: SECRET });
    expect(found.problems).toHaveLength(1);
  });

  test('a default gives a variable its type', () => {
    expect(loadConfig(ThingsConfig, { PORT: '0', PETABAKAT_SECRET: SECRET }).port).toBe(0);
  });

  test('variables of the tests and of the command line are nobody else’s problem', () => {
    const env = {
      PETABAKAT_SECRET: SECRET,
      PETABAKAT_TEST_POSTGRES_URL: 'x',
      PETABAKAT_TOKEN: 'y',
      PETABAKAT_URL: 'z',
    };
    expect(loadConfig(ThingsConfig, env).secret).toBe(SECRET);
  });

  test('the variables of a class and of its parent can be listed', () => {
    expect(configVariables(ThingsConfig).map(({ name }) => name)).toEqual([
      'PORT',
      'PETABAKAT_SECRET',
      'PETABAKAT_BROKERS',
      'PETABAKAT_STRICT',
      'PETABAKAT_DELAY',
      'PETABAKAT_SITE',
    ]);
    expect(configVariables(ServerConfig).map(({ name }) => name)).toEqual(['PORT']);
  });

  describe('secrets in files', () => {
    let folder: string;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'petabakat-config-'));
      writeFileSync(join(folder, 'secret'), `${SECRET}\n`);
    });

    afterAll(() => rmSync(folder, { recursive: true }));

    test('a secret is read from its file, without the last line break', () => {
      expect(loadConfig(ThingsConfig, { PETABAKAT_SECRET_FILE: join(folder, 'secret') }).secret).toBe(SECRET);
    });

    test('a file that cannot be read and a secret given twice are problems', () => {
      expect(problemsOf({ PETABAKAT_SECRET_FILE: join(folder, 'absent') }).problems).toContainEqual({
        at: 'PETABAKAT_SECRET_FILE',
        message: 'names a file that cannot be read',
      });
      const both = { PETABAKAT_SECRET: SECRET, PETABAKAT_SECRET_FILE: join(folder, 'secret') };
      expect(problemsOf(both).problems).toEqual([
        { at: 'PETABAKAT_SECRET_FILE', message: 'cannot be given together with PETABAKAT_SECRET' },
      ]);
    });
  });
});
