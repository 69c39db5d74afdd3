import { writeFileSync } from 'node:fs';
import { parseWholeNumber } from '../arguments';
import type { CommandContext } from '../command-context';
import { type CommandGroup, action } from '../command-group';
import { pathOf } from '../http/api-client';

interface ReportedItem {
  readonly itemId: string;
  readonly p: number;
  readonly itemRestCorrelation: number | null;
  readonly flags: readonly string[];
}

interface QualityReport {
  readonly attempts: number;
  readonly illustrative: boolean;
  readonly scales: readonly { readonly scaleId: string; readonly items: readonly ReportedItem[] }[];
}

interface DifReport {
  readonly scales: readonly {
    readonly scaleId: string;
    readonly items: readonly {
      readonly itemId: string;
      readonly mantelHaenszel: { readonly delta: number | null; readonly etsClass: string } | null;
    }[];
  }[];
}

interface DifOptions {
  readonly by: string;
  readonly focal: string;
  readonly purify?: boolean;
}

export const addQualityCommands: CommandGroup = (program, surroundings) => {
  const quality = program.command('quality').description('items and groups, over the answers collected so far');
  const ofForm = (name: string, description: string) =>
    quality
      .command(name)
      .description(description)
      .argument('<form>', 'id of the form')
      .argument('<version>', 'its version', parseWholeNumber);
  ofForm('items', 'item analysis with flags')
    .option('--out <file>', 'write the CSV there')
    .action(action(surroundings, items));
  ofForm('dif', 'items that work differently for a group')
    .requiredOption('--by <what>', 'agency, cluster, site or job-level')
    .requiredOption('--focal <value>', 'the focal group; everybody else is the reference group')
    .option('--purify', 'take flagged items out of the matching score')
    .action(action(surroundings, dif));
  ofForm('publish', 'tell the rollout how the measurement went, site by site').action(action(surroundings, publish));
};

async function items(context: CommandContext, form: string, version: number, { out }: { out?: string }): Promise<void> {
  const path = pathOf('v1', 'results', 'quality', form, version);
  if (out !== undefined) writeFileSync(out, await context.api().get<string>(`${path}/items.csv`));
  const report = await context.api().get<QualityReport>(path);
  if (report.illustrative) context.console.note('Illustrative: the package is made up for show.');
  const rows = report.scales.flatMap(({ scaleId, items: own }) =>
    own.map((item) => [
      scaleId,
      item.itemId,
      item.p.toFixed(3),
      item.itemRestCorrelation?.toFixed(3) ?? '',
      item.flags.join(' '),
    ]),
  );
  context.console.table(report, ['scale', 'item', 'p', 'item-rest', 'flags'], rows, 'No scale was answered yet.');
}

async function dif(context: CommandContext, form: string, version: number, options: DifOptions): Promise<void> {
  const { by, focal, purify } = options;
  const path = `${pathOf('v1', 'results', 'quality', form, version)}/dif`;
  const report = await context.api().get<DifReport>(path, { by, focal, purify: purify ? 'true' : undefined });
  const rows = report.scales.flatMap(({ scaleId, items: own }) =>
    own.map(({ itemId, mantelHaenszel }) => [
      scaleId,
      itemId,
      mantelHaenszel?.delta?.toFixed(3) ?? '',
      mantelHaenszel?.etsClass ?? '',
    ]),
  );
  context.console.table(report, ['scale', 'item', 'MH delta', 'ETS class'], rows, 'No scale was answered yet.');
}

async function publish(context: CommandContext, form: string, version: number): Promise<void> {
  const path = `${pathOf('v1', 'results', 'quality', form, version)}/reports`;
  const { reports } = await context
    .api()
    .post<{ reports: { siteId: string; attempts: number; alpha: number | null }[] }>(path);
  const rows = reports.map(({ siteId, attempts, alpha }) => [siteId, attempts, alpha?.toFixed(3) ?? '']);
  context.console.table(reports, ['site', 'attempts', 'alpha'], rows, 'No attempt is of a planned session.');
}
