import { DomainError, type RecordDeadLettered } from '@app/contracts';
import type { Command } from 'commander';
import { type CommandContext, readJsonFile } from '../command-context';
import { parseWholeNumber } from '../arguments';
import { type CommandGroup, action } from '../command-group';
import { renderFields } from '../console/table';
import { pathOf } from '../http/api-client';
import { readDeadLetters } from './dead-letter-records';

interface DismissOptions {
  readonly attempt?: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly reason: string;
}

interface ReplayOptions {
  readonly answer: string;
  readonly reason: string;
}

export const addDeadLetterCommands: CommandGroup = (program, surroundings) => {
  const letters = program.command('dead-letters').description('records of the log that could not be processed');
  letters
    .command('list')
    .description('what was set aside, with its reason (reads the log itself)')
    .option('--key <key>', 'records of this key alone, such as an attempt id')
    .action(action(surroundings, list));
  atPosition(letters, 'show', 'one of them, with the record as it stood').action(action(surroundings, show));
  letters
    .command('replay')
    .description('let the mended answer of an attempt count from its first position')
    .argument('<attempt>')
    .argument('<offset>', 'offset of the record in its partition', parseWholeNumber)
    .requiredOption('--answer <file>', 'JSON file: itemId, seq, response, answeredAt')
    .requiredOption('--reason <code>', 'why, as a code, such as mended')
    .action(action(surroundings, replay));
  letters
    .command('dismiss')
    .description('settle a record that carries nothing')
    .argument('<offset>', 'offset of the record in its partition', parseWholeNumber)
    .option('--attempt <id>', 'the attempt that it belongs to, or')
    .option('--topic <name>', 'the topic that the scheduler set it aside from, and')
    .option('--partition <number>', 'the partition there', parseWholeNumber)
    .requiredOption('--reason <code>', 'why, as a code, such as not-an-answer')
    .action(action(surroundings, dismiss));
};

function atPosition(letters: Command, name: string, description: string): Command {
  return letters
    .command(name)
    .description(description)
    .argument('<topic>', 'topic of the record itself, such as petabakat.attempts.v1')
    .argument('<partition>', 'its partition there', parseWholeNumber)
    .argument('<offset>', 'its offset there', parseWholeNumber);
}

async function list(context: CommandContext, { key }: { key?: string }): Promise<void> {
  const letters = (await read(context)).filter((letter) => key === undefined || letter.key === key);
  const rows = letters.map((one) => [one.at, one.topic, one.partition, one.offset, one.group, one.key, one.reason]);
  const headings = ['at', 'topic', 'partition', 'offset', 'group', 'key', 'reason'];
  context.console.table(letters, headings, rows, 'Nothing was set aside.');
}

async function show(context: CommandContext, topic: string, partition: number, offset: number): Promise<void> {
  const letters = (await read(context)).filter(
    (one) => one.topic === topic && one.partition === partition && one.offset === offset,
  );
  if (letters.length === 0) throw new DomainError('attempt.no-such-dead-letter');
  context.console.show(letters, () => letters.map(render).join('\n\n'));
}

async function replay(context: CommandContext, attempt: string, offset: number, options: ReplayOptions): Promise<void> {
  const path = pathOf('v1', 'attempts', attempt, 'dead-letters', offset, 'replay');
  const answer = await context.api().post(path, { ...readJsonFile(options.answer), reasonCode: options.reason });
  context.console.show(answer, () => `The mended answer counts from offset ${offset}.`);
}

async function dismiss(context: CommandContext, offset: number, options: DismissOptions): Promise<void> {
  const { attempt, topic, partition, reason: reasonCode } = options;
  const api = context.api();
  if (attempt !== undefined) {
    await api.post(pathOf('v1', 'attempts', attempt, 'dead-letters', offset, 'dismiss'), { reasonCode });
  } else if (topic !== undefined && partition !== undefined) {
    await api.post('/v1/progress/dismissals', { topic, partition, offset, reasonCode });
  } else {
    throw new DomainError('request.invalid', 'Name the record by --attempt, or by --topic and --partition.');
  }
  context.console.show({ dismissed: true }, () => `The record at offset ${offset} is dismissed.`);
}

async function read(context: CommandContext): Promise<RecordDeadLettered[]> {
  const log = await context.openLog();
  try {
    return await readDeadLetters(log);
  } finally {
    await log.close();
  }
}

function render(letter: RecordDeadLettered): string {
  const { value, ...fields } = letter;
  return `${renderFields(fields)}\n\n${value}`;
}
