import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import type { ReadEnds } from './positions.reader';

const ROOT = join(__dirname, '../../..');
const LONGER_THAN_THE_COMMAND_MS = 60_000;

function docker(...words: string[]): string {
  return execFileSync('docker', words, { cwd: ROOT, encoding: 'utf8', timeout: LONGER_THAN_THE_COMMAND_MS }).trim();
}

/** Where the first container of a service is, for the machine that runs it. */
function addressOf(service: string): string {
  const [id] = docker('compose', 'ps', '--quiet', service).split('\n');
  if (!id) throw new Error(`no container of ${service} runs: docker compose up --wait`);
  return docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', id).split(' ')[0]!;
}

/** The database of the running compose project, under the password of its secrets. */
export function composeDatabaseUrl(): string {
  const url = new URL(readFileSync(join(ROOT, 'deploy/secrets/database-url'), 'utf8').trim());
  url.hostname = addressOf('postgres');
  return url.toString();
}

/** The single broker calls itself `kafka`, a name that only containers know; every connection goes to its address. */
export function composeLogEnds(): { readEnds: ReadEnds; close(): Promise<void> } {
  const host = addressOf('kafka');
  const kafka = new Kafka({
    clientId: 'upgrade-test',
    brokers: ['kafka:9092'],
    logLevel: logLevel.NOTHING,
    socketFactory: ({ port, onConnect }) => connect({ host, port }, onConnect),
  });
  const admin = kafka.admin();
  const connected = admin.connect();
  return {
    async readEnds(topic) {
      await connected;
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
    },
    close: () => admin.disconnect(),
  };
}
