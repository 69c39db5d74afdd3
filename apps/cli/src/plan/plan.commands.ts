import type { CommandContext } from '../command-context';
import { readTextFile } from '../command-context';
import { type CommandGroup, action } from '../command-group';

interface ImportReport {
  readonly rows: number;
  readonly recorded: number;
  readonly unchanged: number;
}

interface DecisionOptions {
  readonly effectiveFrom: string;
  readonly author: string;
}

/** Files that need nothing beside themselves, and the route that takes each. */
const PLAIN_FILES = [
  { kind: 'clusters', path: '/v1/clusters', holds: 'the clusters, by number and name' },
  { kind: 'sources', path: '/v1/agencies/sources', holds: 'sources that were searched for clusters of agencies' },
  { kind: 'targets', path: '/v1/targets', holds: 'targets, as people between two dates' },
  { kind: 'published-totals', path: '/v1/targets/published-totals', holds: 'figures published about the past' },
  { kind: 'sessions', path: '/v1/plan/sessions', holds: 'sessions: local time, zone, site, room, seats, form' },
  { kind: 'seats', path: '/v1/plan/seats', holds: 'who sits where: sessionId, seat, analyticsId, extraMinutes' },
] as const;

export const addPlanCommands: CommandGroup = (program, surroundings) => {
  const plan = program.command('plan').description('agencies, clusters, targets, sessions and seats');
  const imports = plan.command('import').description('record a CSV file; a file with one error imports nothing');
  imports
    .command('agencies')
    .description('agencies with their clusters, as decided by somebody from a day on')
    .argument('<file>')
    .requiredOption('--effective-from <date>', 'first day on which the clusters of the file hold')
    .requiredOption('--author <name>', 'who decided')
    .action(action(surroundings, importAgencies));
  imports
    .command('memberships')
    .description('single decisions on the cluster of an agency, each with date, author and source')
    .argument('<file>')
    .option('--scenario', 'mark the file as made up for a demonstration')
    .option('--edition <name>', 'another version of the whole allocation, beside the published one')
    .action(action(surroundings, importMemberships));
  for (const { kind, path, holds } of PLAIN_FILES) {
    const body = (context: CommandContext, file: string) => importFile(context, path, file);
    imports.command(kind).description(holds).argument('<file>').action(action(surroundings, body));
  }
};

async function importAgencies(context: CommandContext, file: string, options: DecisionOptions): Promise<void> {
  await importFile(context, '/v1/agencies', file, { effectiveFrom: options.effectiveFrom, author: options.author });
}

async function importMemberships(
  context: CommandContext,
  file: string,
  { scenario, edition }: { scenario?: true; edition?: string },
): Promise<void> {
  const query = { scenario: scenario ? 'true' : undefined, edition };
  await importFile(context, '/v1/agencies/memberships', file, query);
}

async function importFile(
  context: CommandContext,
  path: string,
  file: string,
  query: Readonly<Record<string, string | undefined>> = {},
): Promise<void> {
  const report = await context.api().postCsv<ImportReport>(path, readTextFile(file), query);
  const { rows, recorded, unchanged } = report;
  context.console.show(report, () => `${rows} rows: ${recorded} recorded, ${unchanged} known already`);
}
