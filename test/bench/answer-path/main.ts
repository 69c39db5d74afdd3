import { cpus, totalmem } from 'node:os';
import { inspect, parseArgs } from 'node:util';
import type { LogKind } from './bench.parts';
import { benchConsumer } from './consumer.bench';
import { benchGateway } from './gateway.bench';
import { type Round, type RoundPlan, type Spread, sharesOf, spreadOf } from './paired.rounds';

const USAGE = `Usage: npm run bench -- [options]

  Process CPU per answer at equal offered rate: the gateway beside a bare Fastify, the consumer beside the same SQL, in
  interleaved rounds. Prints a table for BENCHMARKS.md. The defaults are for a try; the full size is
  --rounds 10 --seconds 15 --rate 1000.

  --log LOG      postgres or kafka (default: both)
  --only PART    gateway or consumer (default: both)
  --rounds N     default 3
  --seconds S    of each round, default 4
  --rate R       answers a second, default 500
`;

const GOALS = { gateway: 0.9, consumer: 0.8 };
const BENCHES = { gateway: benchGateway, consumer: benchConsumer };
type Part = keyof typeof BENCHES;

interface Result {
  readonly part: Part;
  readonly log: LogKind;
  readonly rounds: readonly Round[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      log: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '4' },
      rate: { type: 'string', default: '500' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const plan = { rounds: Number(values.rounds), seconds: Number(values.seconds), perSecond: Number(values.rate) };
  const logs = (['postgres', 'kafka'] as const).filter((log) => values.log === undefined || log === values.log);
  const parts = (['gateway', 'consumer'] as const).filter((part) => values.only === undefined || part === values.only);
  const results: Result[] = [];
  for (const log of logs) {
    for (const part of parts) {
      process.stderr.write(`${part} on the ${log} log\n`);
      results.push({
        part,
        log,
        rounds: await BENCHES[part](log, plan, (text) => process.stderr.write(`  ${text}\n`)),
      });
    }
  }
  process.stdout.write(tableOf(results, plan));
}

function tableOf(results: readonly Result[], plan: RoundPlan): string {
  const memoryGb = Math.round(totalmem() / 1e9);
  const lines = results.map(({ log, part, rounds }) => {
    const share = spreadOf(sharesOf(rounds));
    const verdict = share.median >= GOALS[part] ? 'met' : 'missed';
    const ours = cell(spreadOf(rounds.map((one) => one.ours)), 0);
    const bare = cell(spreadOf(rounds.map((one) => one.bare)), 0);
    return `| ${part} | ${log} | ${ours} | ${bare} | ${cell(share, 2)} | ≥ ${GOALS[part]}: ${verdict} |`;
  });
  return `
\`npm run bench -- --rounds ${plan.rounds} --seconds ${plan.seconds} --rate ${plan.perSecond}\`, ${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, ${memoryGb} GB, Node ${process.version}.
Process CPU in µs per answer, median (range) of ${plan.rounds} interleaved rounds of ${plan.seconds} s at ${plan.perSecond} answers a second.

| part | log | ours | bare | share of the bare speed | goal |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}

function cell({ least, median, most }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`the measurement broke off: ${inspect(error)}\n`);
    process.exit(1);
  },
);
