import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { REPORT_FILES } from '../../../scoring/src/rescoring/difference-files';
import { parseWholeNumber } from '../arguments';
import { type CommandGroup, action } from '../command-group';
import type { CommandContext } from '../command-context';
import { pathOf } from '../http/api-client';
import { dryRunFromLog } from './dry-run.command';
import { createProgress } from './progress';
import { parseScope, SCOPE_HELP, type ScopeOption } from './scope.option';

/** How often a running dry run or release is looked at. */
const POLL_INTERVAL_MS = 500;

interface Rescoring {
  readonly rescoringId: string;
  readonly state: 'running' | 'ready' | 'releasing' | 'released';
  readonly package: { readonly packageId: string; readonly version: number };
  readonly scope: ScopeOption;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly proposedBy: string | null;
  readonly confirmedBy: string | null;
  readonly published: number;
  readonly digest: string | null;
  readonly progress: { readonly recordsRead: number; readonly records: number };
}

interface BeginOptions {
  readonly scope: ScopeOption;
  readonly activateIllustrative?: boolean;
}

export const addRescoringCommands: CommandGroup = (program, surroundings) => {
  const rescoring = program.command('rescoring').description('scores under another package, by replay of the log');
  rescoring
    .command('begin')
    .description('make a dry run in the scoring service and wait for its report; nothing is published')
    .argument('<package>', 'id of an imported package')
    .argument('<version>', 'its version', parseWholeNumber)
    .option('--scope <scope>', SCOPE_HELP, parseScope, parseScope('all'))
    .option('--activate-illustrative', 'let a package of made-up data score')
    .action(action(surroundings, begin));
  rescoring
    .command('dry-run')
    .description('the same from the log and package files alone, without the service and its tables')
    .requiredOption('--package <file>', 'package to score under (JSON)')
    .requiredOption('--before <files...>', 'packages that earlier results were made by (JSON)')
    .option('--scope <scope>', SCOPE_HELP, parseScope, parseScope('all'))
    .requiredOption('--out <folder>', 'where the report goes; begun again there, an interrupted run goes on')
    .action(action(surroundings, dryRunFromLog));
  rescoring.command('list').description('all rescorings, the latest first').action(action(surroundings, list));
  withId(rescoring, 'report', 'write the difference report as JSON, CSV and a page')
    .requiredOption('--out <folder>', 'where to')
    .action(action(surroundings, report));
  withId(rescoring, 'propose', 'propose to release a finished dry run (analyst)')
    .requiredOption('--reason <code>', 'why, as a code, such as key-corrected')
    .action(action(surroundings, propose));
  withId(rescoring, 'confirm', 'release what another account proposed (rollout officer), and wait').action(
    action(surroundings, confirm),
  );
};

function withId(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).argument('<id>', 'id of the rescoring');
}

async function begin(
  context: CommandContext,
  packageId: string,
  version: number,
  options: BeginOptions,
): Promise<void> {
  const { scope, activateIllustrative } = options;
  const body = { packageId, version, scope, activateIllustrative };
  const { rescoringId } = await context.api().post<Rescoring>(pathOf('v1', 'results', 'rescorings'), body);
  show(context, await settled(context, rescoringId, 'running', ({ progress }) => progress.recordsRead));
}

async function list(context: CommandContext): Promise<void> {
  const { rescorings } = await context.api().get<{ rescorings: Rescoring[] }>(pathOf('v1', 'results', 'rescorings'));
  const headings = ['id', 'package', 'scope', 'state', 'begun by', 'proposed by', 'confirmed by', 'published'];
  const rows = rescorings.map((one) => [
    one.rescoringId,
    `${one.package.packageId} v${one.package.version}`,
    `${one.scope.kind}:${one.scope.id}`,
    one.state,
    one.createdBy,
    one.proposedBy ?? '',
    one.confirmedBy ?? '',
    one.published,
  ]);
  context.console.table(rescorings, headings, rows, 'Nothing was rescored yet.');
}

async function report(context: CommandContext, id: string, { out }: { out: string }): Promise<void> {
  mkdirSync(out, { recursive: true });
  for (const name of REPORT_FILES) {
    const content = await context.api().get<unknown>(pathOf('v1', 'results', 'rescorings', id, 'files', name));
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
    writeFileSync(join(out, name), text);
  }
  const files = REPORT_FILES.map((name) => join(out, name));
  context.console.show({ files }, () => files.join('\n'));
}

async function propose(context: CommandContext, id: string, { reason }: { reason: string }): Promise<void> {
  const path = pathOf('v1', 'results', 'rescorings', id, 'proposal');
  show(context, await context.api().post<Rescoring>(path, { reasonCode: reason }));
}

async function confirm(context: CommandContext, id: string): Promise<void> {
  await context.api().post(pathOf('v1', 'results', 'rescorings', id, 'confirmation'));
  show(context, await settled(context, id, 'releasing', ({ published }) => published));
}

/** Waits while a rescoring is in a state, and shows how far it is. */
async function settled(
  context: CommandContext,
  rescoringId: string,
  state: Rescoring['state'],
  doneOf: (rescoring: Rescoring) => number,
): Promise<Rescoring> {
  const path = pathOf('v1', 'results', 'rescorings', rescoringId);
  const bar = createProgress(state === 'running' ? 'records read' : 'results published');
  try {
    for (;;) {
      const rescoring = await context.api().get<Rescoring>(path);
      bar.show(doneOf(rescoring), rescoring.progress.records);
      if (rescoring.state !== state) return rescoring;
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
  } finally {
    bar.stop();
  }
}

function show(context: CommandContext, rescoring: Rescoring): void {
  const { rescoringId, state, package: used, scope, published, digest } = rescoring;
  context.console.fields(rescoring, {
    rescoring: rescoringId,
    state,
    package: `${used.packageId} v${used.version}`,
    scope: `${scope.kind}:${scope.id}`,
    published,
    digest: digest ?? '',
  });
}
