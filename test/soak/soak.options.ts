import { parseArgs } from 'node:util';
import { UsageError } from '../load/load.options';

export interface SoakOptions {
  readonly log: 'postgres' | 'kafka';
  /** Distinct answers that have to be acknowledged under kills. */
  readonly answers: number;
  /** Answers a second while processes are killed. */
  readonly perSecond: number;
  readonly calmMinutes: number;
  readonly calmPerSecond: number;
  readonly candidates: number;
  readonly seed: number;
  readonly out: string | null;
}

export const USAGE = `Usage: npm run test:soak [-- options]

  A million distinct answers are acknowledged while every part of the platform is killed again and again by the seed; then
  an hour without a kill, over which nobody may need more memory; then the checker judges every answer. Ends with 1 where
  anything does not hold, and leaves soak.json, soak.md and history.jsonl.

  --log LOG          postgres (default) or kafka, which is three brokers
  --answers N        distinct acknowledged answers under kills (default 1,000,000)
  --rate R           answers a second under kills (default 600; with kafka 400)
  --calm-minutes M   without kills, after them (default 60)
  --calm-rate R      answers a second then (default 100)
  --candidates N     people who sit, each on a connection of its own (default 2,000)
  --seed N           order and moments of the kills and behaviour of the candidates follow from it (default 1)
  --out DIR          where the report and the history go (default .data/soak/<time>)
  --help             show this

  How long it takes: answers / rate, and calm minutes, and some ten minutes to prepare and to judge. By this reckoning,
  which no whole run has confirmed yet, 100 minutes on PostgreSQL and 115 on three brokers, on two cores that do nothing
  else, with 2 GB of history, and 6 GB of disk while it judges. 24 kills of 10 to 20 seconds each need some 400 seconds
  under kills, 28 with brokers more; what is left of them when the answers are over shortens the calm.
`;

const RATE = { postgres: 600, kafka: 400 } as const;

/** @throws UsageError naming what is wrong; null where help is asked for */
export function readSoakOptions(args: readonly string[]): SoakOptions | null {
  const values = parsed(args);
  if (values.help) return null;
  const log = values.log ?? 'postgres';
  if (log !== 'postgres' && log !== 'kafka') throw new UsageError('--log is postgres or kafka');
  const number = (name: keyof typeof values, otherwise: number, least: number) => {
    const value = values[name] === undefined ? otherwise : Number(values[name]);
    if (!Number.isFinite(value) || value < least) throw new UsageError(`--${name} takes a number from ${least} on`);
    return value;
  };
  return {
    log,
    answers: Math.floor(number('answers', 1_000_000, 1_000)),
    perSecond: number('rate', RATE[log], 1),
    calmMinutes: Math.ceil(number('calm-minutes', 60, 1)),
    calmPerSecond: number('calm-rate', 100, 1),
    candidates: Math.floor(number('candidates', 2_000, 10)),
    seed: Math.floor(number('seed', 1, 0)),
    out: values.out ?? null,
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        log: text,
        answers: text,
        rate: text,
        'calm-minutes': text,
        'calm-rate': text,
        candidates: text,
        seed: text,
        out: text,
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
