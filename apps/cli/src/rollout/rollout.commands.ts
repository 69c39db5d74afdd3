import { type Command, Option } from 'commander';
import { type CommandContext, readTextFile } from '../command-context';
import { parseWholeNumber } from '../arguments';
import { type CommandGroup, action } from '../command-group';
import { renderFields, renderTable } from '../console/table';
import { pathOf } from '../http/api-client';
import { addAttestCommand } from './attest.command';
import { addForecastCommands } from './forecast.commands';
import { addRollbackCommand } from './rollback.command';

/** What the scheduler lets one person propose and another confirm. */
const PROPOSED_STEPS = ['open', 'promote', 'advance', 'resume', 'abort', 'close'];

/** Files that decide how the rollout goes, and the route that takes each. */
const FILES = [
  { kind: 'gates', path: '/v1/clusters/gates', holds: 'rows of the gate table' },
  { kind: 'ramps', path: '/v1/clusters/ramps', holds: 'how clusters grow: canary, waves, gates, seed' },
  { kind: 'eligibility-rules', path: '/v1/progress/eligibility/rules', holds: 'what codes of the roster must be' },
  { kind: 'eligibility-decisions', path: '/v1/progress/eligibility/decisions', holds: 'decisions about single people' },
] as const;

interface ImportReport {
  readonly rows: number;
  readonly recorded: number;
  readonly unchanged: number;
}

interface Proposal {
  readonly step: string;
  readonly version: number;
  readonly actor: string;
  readonly reasonCode: string;
  readonly at: string;
}

interface Cluster {
  readonly number: number;
  readonly name: string;
  readonly state: string;
  readonly stage: string;
  readonly sharePercent: number;
  readonly version: number;
  readonly lastStep: { readonly at: string; readonly actors: readonly string[]; readonly reasonCode: string } | null;
  readonly proposals: readonly Proposal[];
  readonly gate: { readonly outcome: string; readonly reasonCode: string; readonly at: string } | null;
}

interface GateSaid {
  readonly evaluation: number;
  readonly outcome: string;
  readonly reasonCode: string;
  readonly at: string;
  readonly figures: Readonly<Record<string, number | null>>;
}

interface ExplainedCluster extends Cluster {
  readonly gates: readonly {
    readonly gate: string;
    readonly moments: readonly string[];
    readonly snapshot: GateSaid | null;
  }[];
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
    readonly since: string | null;
  }[];
  readonly steps: readonly {
    readonly step: string;
    readonly at: string;
    readonly to: string;
    readonly sharePercent: number;
    readonly actors: readonly string[];
    readonly reasonCode: string;
    readonly gates: readonly { readonly gate: string; readonly overridden: boolean }[];
  }[];
}

interface StepOptions {
  readonly seen: number;
  readonly step: string;
  readonly reason: string;
  readonly override?: readonly string[];
}

export const addRolloutCommands: CommandGroup = (program, surroundings) => {
  const rollout = program.command('rollout').description('the clusters and their steps');
  rollout
    .command('status')
    .description('where each cluster stands, and what waits for a second person')
    .action(action(surroundings, status));
  rollout
    .command('explain')
    .description('why a cluster stands where it stands: its gates with their figures, its conditions, its steps')
    .argument('<cluster>', 'number of the cluster', parseWholeNumber)
    .action(action(surroundings, explain));
  const imports = rollout.command('import').description('record a CSV file; a file with one error imports nothing');
  for (const { kind, path, holds } of FILES) {
    const body = (context: CommandContext, file: string) => importFile(context, path, file);
    imports.command(kind).description(holds).argument('<file>').action(action(surroundings, body));
  }
  single(rollout, 'prepare', 'planned to ready, by one rollout officer').action(
    action(surroundings, (context, number: number, options: StepOptions) =>
      decide(context, number, 'preparation', { version: options.seen, reasonCode: options.reason }),
    ),
  );
  single(rollout, 'hold', 'no session of the cluster starts any more; running ones finish').action(
    action(surroundings, (context, number: number, options: StepOptions) =>
      decide(context, number, 'hold', { version: options.seen, reasonCode: options.reason }),
    ),
  );
  single(rollout, 'propose', 'a step that another person confirms within 24 hours')
    .addOption(stepOption())
    .option('--override <gates...>', 'inconclusive gates that both people go on over; a failed one never')
    .action(
      action(surroundings, (context, number: number, { seen, step, reason, override }: StepOptions) =>
        decide(context, number, 'proposals', { version: seen, step, reasonCode: reason, overrides: override }),
      ),
    );
  decision(rollout, 'confirm', 'confirm what another person proposed on the same version')
    .addOption(stepOption())
    .action(
      action(surroundings, (context, number: number, { seen, step }: StepOptions) =>
        decide(context, number, 'confirmations', { version: seen, step }),
      ),
    );
  addAttestCommand(rollout, surroundings);
  addForecastCommands(rollout, surroundings);
  addRollbackCommand(rollout, surroundings);
};

/** Decisions name the version that was looked at: what has changed since is refused, not overrun. */
function decision(rollout: Command, name: string, description: string): Command {
  return rollout
    .command(name)
    .description(description)
    .argument('<cluster>', 'number of the cluster', parseWholeNumber)
    .requiredOption('--seen <version>', 'version of the cluster as `rollout status` showed it', parseWholeNumber);
}

function single(rollout: Command, name: string, description: string): Command {
  return decision(rollout, name, description).requiredOption('--reason <code>', 'why, as a code, such as incident');
}

function stepOption(): Option {
  return new Option('--step <step>', 'the step').choices(PROPOSED_STEPS).makeOptionMandatory();
}

async function status(context: CommandContext): Promise<void> {
  showClusters(context, await context.api().get<Cluster[]>('/v1/clusters'));
}

async function importFile(context: CommandContext, path: string, file: string): Promise<void> {
  const report = await context.api().postCsv<ImportReport>(path, readTextFile(file));
  const { rows, recorded, unchanged } = report;
  context.console.show(report, () => `${rows} rows: ${recorded} recorded, ${unchanged} known already`);
}

async function explain(context: CommandContext, number: number): Promise<void> {
  const cluster = await context.api().get<ExplainedCluster>(pathOf('v1', 'clusters', String(number)));
  context.console.show(cluster, () => renderExplanation(cluster));
}

function renderExplanation(cluster: ExplainedCluster): string {
  const { number, name, stage, state, sharePercent, version } = cluster;
  const gates = cluster.gates.map(({ gate, moments, snapshot }) => [
    gate,
    moments.join(' '),
    snapshot ? `${snapshot.outcome} (${snapshot.reasonCode})` : 'not evaluated on this stage',
    snapshot?.at,
    snapshot ? figuresOf(snapshot) : null,
  ]);
  const conditions = cluster.conditions.map((one) => [one.type, one.status, one.reason, one.since]);
  const steps = cluster.steps.map(({ step, at, to, sharePercent: share, actors, reasonCode, gates: relied }) => [
    at,
    step,
    `${to}, ${share} %`,
    actors.join(' + '),
    reasonCode,
    relied.flatMap(({ gate, overridden }) => (overridden ? [gate] : [])).join(', '),
  ]);
  return [
    renderFields({ cluster: `${number} ${name}`, state, stage, share: `${sharePercent} %`, version }),
    renderTable(['gate', 'asked', 'says', 'since', 'figures'], gates),
    renderTable(['condition', 'status', 'reason', 'since'], conditions),
    renderTable(['at', 'step', 'to', 'by', 'reason', 'overridden'], steps),
  ].join('\n\n');
}

function figuresOf({ figures }: GateSaid): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value ?? 'unknown'}`)
    .join(', ');
}

async function decide(context: CommandContext, number: number, route: string, body: object): Promise<void> {
  showClusters(context, [await context.api().post<Cluster>(pathOf('v1', 'clusters', number, route), body)]);
}

function showClusters(context: CommandContext, clusters: readonly Cluster[]): void {
  const rows = clusters.map(({ number, name, stage, state, version, lastStep, proposals, gate }) => [
    number,
    name,
    state === stage ? state : `${state} (${stage})`,
    version,
    lastStep?.at,
    lastStep?.actors.join(' + '),
    gate ? `${gate.outcome} (${gate.reasonCode})` : null,
    proposals.map(({ step, actor, version: seen }) => `${step} by ${actor} on version ${seen}`).join(', '),
  ]);
  const headings = ['cluster', 'name', 'state', 'version', 'since', 'by', 'gate', 'proposed'];
  context.console.table(clusters, headings, rows, 'No cluster is recorded: petabakat plan import clusters --help');
}
