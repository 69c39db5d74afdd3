import type { Command } from 'commander';
import { parseWholeNumber } from '../arguments';
import { type CommandContext, type CommandSurroundings, writeTextFile } from '../command-context';
import { action } from '../command-group';
import { renderFields } from '../console/table';
import { pathOf } from '../http/api-client';

interface RollbackOptions {
  readonly seen: number;
  readonly since: string;
  readonly reason: string;
  readonly form?: string;
  readonly badVersion?: number;
  readonly goodVersion?: number;
  readonly resits?: string;
}

interface Rollback {
  readonly cluster: number;
  readonly goodVersion: number | null;
  readonly sessionsReplanned: readonly string[];
  readonly sessionsToWithhold: readonly string[];
  readonly resits: number;
}

interface HarmedAttempt {
  readonly analyticsId: string;
  readonly attemptId: string;
  readonly sessionId: string;
  readonly formHash: string;
  readonly closedAt: string;
}

/** Adds `rollout rollback`: everything that follows from a bad change, in the order in which it must happen. */
export function addRollbackCommand(rollout: Command, surroundings: CommandSurroundings): void {
  rollout
    .command('rollback')
    .description('after a bad change: hold, go back to the last good form, withhold results since, list who sits again')
    .argument('<cluster>', 'number of the cluster', parseWholeNumber)
    .requiredOption('--seen <version>', 'version of the cluster as `rollout status` showed it', parseWholeNumber)
    .requiredOption('--since <moment>', 'of the bad change, in UTC, such as 2022-10-05T01:00:00Z')
    .requiredOption('--reason <code>', 'why, as a code, such as wrong-key')
    .option('--form <id>', 'the form that was changed; none where only scoring was')
    .option('--bad-version <number>', 'its bad version', parseWholeNumber)
    .option(
      '--good-version <number>',
      'the version to go back to; else the last one held and verified',
      parseWholeNumber,
    )
    .option('--resits <file>', 'who should sit again, as CSV')
    .action(action(surroundings, rollBack));
}

async function rollBack(context: CommandContext, cluster: number, options: RollbackOptions): Promise<void> {
  const api = context.api();
  const { seen: version, since, reason: reasonCode, form: formId, badVersion, goodVersion } = options;
  const body = { version, since, reasonCode, formId, badVersion, goodVersion };
  const made = await api.post<Rollback>(pathOf('v1', 'clusters', cluster, 'rollbacks'), body);
  for (const id of made.sessionsToWithhold) {
    await api.post('/v1/results/withholdings', { scope: { kind: 'session', id }, reasonCode });
  }
  if (options.resits !== undefined && formId !== undefined) {
    const query = { formId, formVersion: String(badVersion) };
    const harmed = await api.get<HarmedAttempt[]>(pathOf('v1', 'clusters', cluster, 'resits'), query);
    writeTextFile(options.resits, renderCsv(harmed));
  }
  context.console.show(made, () => render(made));
}

function render({ cluster, goodVersion, sessionsReplanned, sessionsToWithhold, resits }: Rollback): string {
  const fields = {
    cluster: `${cluster}, no session opens any more`,
    'sessions over the good form': `${sessionsReplanned.length}${goodVersion === null ? '' : ` (version ${goodVersion})`}`,
    'sessions withheld': sessionsToWithhold.length,
    'people to sit again': resits,
  };
  const next = `next, with the corrected package imported: petabakat rescoring begin <package> <version> --scope cluster:${cluster}`;
  return `${renderFields(fields)}\n\n${next}`;
}

function renderCsv(harmed: readonly HarmedAttempt[]): string {
  const rows = harmed.map((one) =>
    [one.analyticsId, one.attemptId, one.sessionId, one.formHash, one.closedAt].join(','),
  );
  return `${['analyticsId,attemptId,sessionId,deliveredFormHash,closedAt', ...rows].join('\n')}\n`;
}
