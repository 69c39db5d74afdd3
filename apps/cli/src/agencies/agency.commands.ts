import type { CommandContext } from '../command-context';
import { type CommandGroup, action } from '../command-group';
import { renderFields, renderTable } from '../console/table';
import { pathOf } from '../http/api-client';

interface Decision {
  readonly cluster: number | null;
  readonly since: string;
  readonly author: string;
  readonly source: string;
}

interface Agency {
  readonly code: string;
  readonly name: string;
  readonly abbreviation: string;
  readonly on: string;
  readonly cluster: number | null;
  readonly scenario: boolean;
  readonly decision: Decision | null;
  readonly history: readonly Decision[];
  readonly editionInForce: string;
  readonly otherEditions: readonly (Decision & { readonly edition: string })[];
  readonly sourcesSearched: readonly { readonly title: string; readonly finding: string }[];
}

export const addAgencyCommands: CommandGroup = (program, surroundings) => {
  const agency = program.command('agency').description('agencies and their clusters');
  agency
    .command('show')
    .description('which cluster an agency is in, since when, by whose decision; none is an answer too')
    .argument('<code>', 'code of the agency')
    .option('--on <date>', 'as it was on this day')
    .action(action(surroundings, show));
  agency
    .command('editions')
    .description('which edition of the allocation was in force when')
    .action(
      action(surroundings, async (context) => showEditions(context, await context.api().get('/v1/agencies/editions'))),
    );
  agency
    .command('put-in-force')
    .description('let an imported edition of the allocation hold from a day on')
    .argument('<edition>')
    .requiredOption('--effective-from <date>', 'first day on which it holds')
    .requiredOption('--author <name>', 'who decided')
    .requiredOption('--source <text>', 'where that can be read')
    .action(
      action(surroundings, async (context, edition: string, decision: EditionDecision) =>
        showEditions(context, await context.api().post('/v1/agencies/editions', { edition, ...decision })),
      ),
    );
};

interface EditionDecision {
  readonly effectiveFrom: string;
  readonly author: string;
  readonly source: string;
}

function showEditions(context: CommandContext, editions: readonly (EditionDecision & { edition: string })[]): void {
  const rows = editions.map((one) => [one.effectiveFrom, one.edition, one.author, one.source]);
  context.console.table(
    editions,
    ['from', 'edition', 'decided by', 'source'],
    rows,
    'The published edition is in force.',
  );
}

async function show(context: CommandContext, code: string, { on }: { on?: string }): Promise<void> {
  const agency = await context.api().get<Agency>(pathOf('v1', 'agencies', code), { on });
  context.console.show(agency, () => renderAgency(agency));
}

function renderAgency(agency: Agency): string {
  const { cluster, decision, sourcesSearched, history } = agency;
  const fields = {
    agency: `${agency.name} (${agency.abbreviation || agency.code})`,
    on: agency.on,
    cluster: `${cluster ?? 'none'}${agency.scenario ? ' (scenario)' : ''}`,
    since: decision?.since,
    'decided by': decision?.author,
    source: decision?.source,
    edition: agency.editionInForce,
  };
  const parts = [renderFields(fields)];
  if (sourcesSearched.length > 0) {
    const rows = sourcesSearched.map(({ title, finding }) => [title, finding]);
    parts.push(renderTable(['searched', 'found'], rows));
  }
  if (agency.otherEditions.length > 0) {
    const rows = agency.otherEditions.map((one) => [one.edition, one.cluster ?? 'none', one.since, one.author]);
    parts.push(renderTable(['other edition', 'cluster', 'since', 'decided by'], rows));
  }
  if (history.length > 1) {
    const rows = history.map((one) => [one.since, one.cluster ?? 'none', one.author, one.source]);
    parts.push(renderTable(['since', 'cluster', 'decided by', 'source'], rows));
  }
  return parts.join('\n\n');
}
