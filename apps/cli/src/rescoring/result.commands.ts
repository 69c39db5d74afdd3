import { type CommandContext } from '../command-context';
import { type CommandGroup, action } from '../command-group';
import { pathOf } from '../http/api-client';
import { parseScope, SCOPE_HELP, type ScopeOption } from './scope.option';

interface Decision {
  readonly scope: ScopeOption;
  readonly reason: string;
}

interface Release {
  readonly releaseId: string;
  readonly scope: ScopeOption;
  readonly reasonCode: string;
  readonly proposedBy: string;
  readonly confirmedBy: string | null;
  readonly published: number;
  readonly finishedAt: string | null;
}

export const addResultCommands: CommandGroup = (program, surroundings) => {
  const results = program.command('results').description('who may see results');
  const decision = (name: string, description: string) =>
    results
      .command(name)
      .description(description)
      .requiredOption('--scope <scope>', SCOPE_HELP, parseScope)
      .requiredOption('--reason <code>', 'why, as a code');
  decision('withhold', 'keep the results of a scope back, at once; one person suffices').action(
    action(surroundings, withhold),
  );
  decision('release', 'propose to show the results of a scope (analyst)').action(action(surroundings, release));
  results
    .command('confirm')
    .description('release what another account proposed (rollout officer)')
    .argument('<id>', 'id of the release')
    .action(action(surroundings, confirm));
  results.command('releases').description('all releases, the latest first').action(action(surroundings, releases));
};

async function withhold(context: CommandContext, { scope, reason }: Decision): Promise<void> {
  const body = { scope, reasonCode: reason };
  const withheld = await context.api().post<{ withholdingId: string }>('/v1/results/withholdings', body);
  context.console.fields(withheld, { withholding: withheld.withholdingId, scope: `${scope.kind}:${scope.id}` });
}

async function release(context: CommandContext, { scope, reason }: Decision): Promise<void> {
  const proposed = await context.api().post<Release>('/v1/results/releases', { scope, reasonCode: reason });
  context.console.fields(proposed, { release: proposed.releaseId, 'proposed by': proposed.proposedBy });
}

async function confirm(context: CommandContext, id: string): Promise<void> {
  const confirmed = await context.api().post<Release>(pathOf('v1', 'results', 'releases', id, 'confirmation'));
  context.console.fields(confirmed, { release: id, 'confirmed by': confirmed.confirmedBy });
}

async function releases(context: CommandContext): Promise<void> {
  const { releases: all } = await context.api().get<{ releases: Release[] }>('/v1/results/releases');
  const rows = all.map((one) => [
    one.releaseId,
    `${one.scope.kind}:${one.scope.id}`,
    one.reasonCode,
    one.proposedBy,
    one.confirmedBy ?? '',
    one.published,
    one.finishedAt ?? '',
  ]);
  const headings = ['id', 'scope', 'reason', 'proposed by', 'confirmed by', 'published', 'finished'];
  context.console.table(all, headings, rows, 'Nothing was released yet.');
}
