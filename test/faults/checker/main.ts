import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { tableOf } from './findings';
import { checkLargeRun } from './large.run';
import { untilStill } from './run.evidence';

const STILL_TIMEOUT_MS = 120_000;

const USAGE = `Usage: npm run check:run -- --history FILE [options]

  Judges what a run has left: its history, its log from the first record on, and its tables. Nothing may write
  meanwhile. Reads PETABAKAT_DATABASE_URL, and PETABAKAT_COMMITMENT_SECRET to open commitments. Ends with 1 where a
  property is broken. A million answers take some minutes and at most 1.5 GB of memory.

  --history FILE      as the load driver writes it
  --brokers HOST:PORT,…  where the log stands in Kafka; without it the log stands in the database
  --json FILE         takes the findings
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      history: { type: 'string' },
      brokers: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const { PETABAKAT_DATABASE_URL: databaseUrl, PETABAKAT_COMMITMENT_SECRET: secret } = process.env;
  if (values.help || !values.history || !databaseUrl) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  const places = {
    historyFile: values.history,
    databaseUrl,
    ...(values.brokers ? { brokers: values.brokers.split(',') } : {}),
    ...(secret ? { commitmentSecret: Buffer.from(secret, 'base64') } : {}),
  };
  await untilStill(places, STILL_TIMEOUT_MS);
  const report = await checkLargeRun(places);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);
  const { acknowledged, unknown, parts, seconds, residentMb } = report;
  process.stdout.write(`${tableOf(report.findings)}\n`);
  process.stdout.write(
    `${acknowledged} answers acknowledged, ${unknown} unknown; judged in ${seconds} s, ${parts} parts, ${residentMb} MB\n`,
  );
  return report.broken === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    process.stderr.write(`the checker broke off: ${error.stack}\n`);
    process.exitCode = 3;
  },
);
