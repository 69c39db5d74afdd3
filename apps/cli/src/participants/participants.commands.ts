import { type CommandContext, readTextFile } from '../command-context';
import { type CommandGroup, action } from '../command-group';
import { pathOf } from '../http/api-client';

interface ImportedRoster {
  readonly registered: number;
  readonly changed: number;
  readonly unchanged: number;
}

export const addParticipantCommands: CommandGroup = (program, surroundings) => {
  const participants = program.command('participants').description('people who take part');
  participants
    .command('import')
    .description('register the people of a CSV file; a file with one error registers nobody')
    .argument('<file>')
    .action(action(surroundings, importRoster));
  participants
    .command('pseudonyms')
    .description('CSV of participant numbers and analytics ids, from which files of seats are made')
    .action(action(surroundings, pseudonyms));
  participants
    .command('withdraw')
    .description('take a person out')
    .argument('<participant-number>')
    .requiredOption('--reason <code>', 'why, as a code, such as retired')
    .action(action(surroundings, withdraw));
};

async function importRoster(context: CommandContext, file: string): Promise<void> {
  const roster = await context.api().postCsv<ImportedRoster>('/v1/participants/import', readTextFile(file));
  const { registered, changed, unchanged } = roster;
  context.console.show(roster, () => `${registered} registered, ${changed} changed, ${unchanged} as they were`);
}

async function pseudonyms(context: CommandContext): Promise<void> {
  const csv = await context.api().get<string>('/v1/participants/pseudonyms');
  const [, ...lines] = csv.trimEnd().split('\n');
  const data = lines
    .map((line) => line.split(','))
    .map(([participantNumber, analyticsId]) => ({ participantNumber, analyticsId }));
  context.console.show(data, () => csv.trimEnd());
}

async function withdraw(context: CommandContext, number: string, { reason }: { reason: string }): Promise<void> {
  await context.api().post(`${pathOf('v1', 'participants', number)}/withdraw`, { reasonCode: reason });
  context.console.show({ withdrawn: true }, () => 'Withdrawn.');
}
