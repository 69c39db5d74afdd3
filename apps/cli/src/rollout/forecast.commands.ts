import type { Command } from 'commander';
import { parseWholeNumber } from '../arguments';
import { type CommandContext, type CommandSurroundings, writeTextFile } from '../command-context';
import { action } from '../command-group';
import { renderFields, renderTable } from '../console/table';
import { pathOf } from '../http/api-client';

const LINES = ['planned', 'invited', 'seated', 'submitted', 'scored', 'reconciled', 'released'] as const;
type Line = (typeof LINES)[number];

interface Point {
  readonly day: string;
  readonly people: number;
}

interface BurnUp {
  readonly on: string;
  readonly target: Target | null;
  readonly lines: Readonly<Record<Line, readonly Point[]>>;
}

interface Target {
  readonly targetId: string;
  readonly inForce: {
    readonly version: number;
    readonly fromDate: string;
    readonly toDate: string;
    readonly people: number;
  };
  readonly assessed: number;
  readonly published: readonly { readonly totalId: string; readonly people: number; readonly toDate: string }[];
}

interface ForecastView {
  readonly targetId: string;
  readonly version: number;
  readonly people: number;
  readonly from: string;
  readonly to: string;
  readonly on: string;
  readonly assessed: number;
  readonly missing: number;
  readonly forecast:
    | { readonly kind: 'reached' }
    | { readonly kind: 'missed' }
    | { readonly kind: 'too-early'; readonly weeks: number }
    | {
        readonly kind: 'forecast';
        readonly p50: string | null;
        readonly p85: string | null;
        readonly chance: number;
        readonly seatsShort: number;
        readonly runs: number;
      };
  readonly observed: readonly unknown[];
  readonly planned: readonly { readonly seats: number }[];
}

interface BurnUpOptions {
  readonly cluster?: number;
  readonly agency?: string;
  readonly target?: string;
}

/** Adds what looks ahead and back to `rollout`. */
export function addForecastCommands(rollout: Command, surroundings: CommandSurroundings): void {
  rollout
    .command('forecast')
    .description('when targets will be met, from the seats planned and what weeks have brought so far')
    .argument('[target]', 'id of one target; all of them otherwise')
    .action(action(surroundings, forecast));
  rollout
    .command('burn-up')
    .description('seats planned and people invited, seated, submitted, scored, reconciled and released, by day')
    .option('--cluster <number>', 'people of one cluster', parseWholeNumber)
    .option('--agency <code>', 'people of one agency')
    .option('--target <id>', 'the period of one target')
    .action(action(surroundings, burnUp));
  rollout
    .command('page')
    .description('one page without scripts: burn-up and forecast of each target, clusters over time, what gates said')
    .requiredOption('--out <file>', 'the page, as HTML')
    .action(action(surroundings, page));
}

async function forecast(context: CommandContext, targetId: string | undefined): Promise<void> {
  const api = context.api();
  const ids = targetId === undefined ? (await api.get<Target[]>('/v1/targets')).map((one) => one.targetId) : [targetId];
  const views: ForecastView[] = [];
  for (const id of ids) views.push(await api.get<ForecastView>(pathOf('v1', 'targets', id, 'forecast')));
  context.console.show(targetId === undefined ? views : views[0], () =>
    views.length === 0 ? 'No target is recorded: petabakat plan import targets --help' : views.map(render).join('\n\n'),
  );
}

function render({ forecast: found, ...view }: ForecastView): string {
  const seats = view.planned.reduce((sum, week) => sum + week.seats, 0);
  const fields = {
    target: `${view.targetId} (version ${view.version}): ${view.people} people from ${view.from} to ${view.to}`,
    on: view.on,
    'assessed so far': view.assessed,
    missing: view.missing,
    'seats to come': seats,
  };
  return renderFields({ ...fields, ...whatIsSaid(found) });
}

function whatIsSaid(found: ForecastView['forecast']): Readonly<Record<string, string | number>> {
  if (found.kind === 'reached') return { forecast: 'the target is met' };
  if (found.kind === 'missed') return { forecast: 'the period ended before the target was met' };
  if (found.kind === 'too-early') return { forecast: `too early: ${found.weeks} weeks with sessions, four are needed` };
  const { p50, p85, chance, seatsShort } = found;
  return {
    'half of the runs by': p50 ?? 'no date: the seats planned end before',
    '85 % of the runs by': p85 ?? 'no date: the seats planned end before',
    'chance within the period': `${(chance * 100).toFixed(1)} %`,
    'seats short (85 %)': seatsShort,
  };
}

async function burnUp(context: CommandContext, { cluster, agency, target }: BurnUpOptions): Promise<void> {
  const query = { cluster: cluster === undefined ? undefined : String(cluster), agency, target };
  const view = await context.api().get<BurnUp>('/v1/progress/burn-up', query);
  context.console.show(view, () => renderBurnUp(view));
}

/** A row for each day on which any line rises; a line that does not keeps its number. */
function renderBurnUp({ lines, target }: BurnUp): string {
  const days = [...new Set(LINES.flatMap((line) => lines[line].map(({ day }) => day)))].sort();
  const standing: Record<Line, number> = Object.fromEntries(LINES.map((line) => [line, 0])) as Record<Line, number>;
  const rows = days.map((day) => {
    for (const line of LINES) standing[line] = lines[line].find((point) => point.day === day)?.people ?? standing[line];
    return [day, ...LINES.map((line) => standing[line]), ...(target ? [lineOf(target, day)] : [])];
  });
  if (rows.length === 0) return 'Nothing is planned and nobody was assessed.';
  return renderTable(['day', ...LINES, ...(target ? ['target'] : [])], rows);
}

/** The target's straight line at the end of a day. */
function lineOf({ inForce: { fromDate, toDate, people } }: Target, day: string): number {
  const dayMs = 86_400_000;
  const all = (Date.parse(toDate) - Date.parse(fromDate)) / dayMs + 1;
  const passed = (Date.parse(day) - Date.parse(fromDate)) / dayMs + 1;
  return Math.round(people * Math.min(1, Math.max(0, passed / all)));
}

async function page(context: CommandContext, { out }: { out: string }): Promise<void> {
  const html = await context.api().get<string>('/v1/progress/page');
  writeTextFile(out, html);
  context.console.show({ page: out, characters: html.length }, () => `${out}: ${html.length} characters`);
}
