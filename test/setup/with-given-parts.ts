// Starts one of each part and runs a command whose tests find them by the environment:
//   node -r ./tools/register.cjs test/setup/with-given-parts.ts npx jest libs/messaging
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '@app/database';
import { localKafka, localRedis } from '@app/testing';

/** As many as a run of tests with several workers opens. */
const MAX_CONNECTIONS = '300';

async function main([command, ...words]: readonly string[]): Promise<number> {
  if (!command) throw new Error('name the command that is to be run');
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-given-'));
  // PostgreSQL runs under an account of its own, which must be able to pass through.
  chmodSync(folder, 0o755);
  const [postgres, kafka, redis] = await Promise.all([
    EmbeddedPostgres.start({ dataDir: join(folder, 'postgres'), settings: { max_connections: MAX_CONNECTIONS } }),
    localKafka({ brokers: 1 }),
    localRedis(),
  ]);
  try {
    const child = spawn(command, words, {
      stdio: 'inherit',
      env: {
        ...process.env,
        PETABAKAT_TEST_DOCKER: 'off',
        PETABAKAT_TEST_POSTGRES_URL: postgres.url,
        PETABAKAT_TEST_KAFKA_BROKERS: kafka.brokers.join(','),
        PETABAKAT_TEST_REDIS_URL: redis.url,
      },
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    await Promise.all([redis.stop(), kafka.stop(), postgres.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
