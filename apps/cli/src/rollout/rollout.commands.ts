import { type Command, Option } from 'commander';
import type { CommandContext } from '../command-context';
import { parseWholeNumber } from '../arguments';
import { type CommandGroup, action } from '../command-group';
import { pathOf } from '../http/api-client';

/** What the scheduler lets one person propose and another confirm. */
const PROPOSED_STEPS = ['open', 'resume', 'close'];

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
  readonly version: number;
  readonly lastStep: { readonly at: string; readonly actors: readonly string[]; readonly reasonCode: string } | null;
  readonly proposals: readonly Proposal[];
  readonly gate: { readonly outcome: string; readonly reasonCode: string; readonly at: string } | null;
}

interface StepOptions {
  readonly seen: number;
  readonly step: string;
  readonly reason: string;
}

export const addRolloutCommands: CommandGroup = (program, surroundings) => {
  const rollout = program.command('rollout').description('the clusters and their steps');
  rollout
    .command('status')
    .description('where each cluster stands, and what waits for a second person')
    .action(action(surroundings, status));
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
    .action(
      action(surroundings, (context, number: number, { seen, step, reason }: StepOptions) =>
        decide(context, number, 'proposals', { version: seen, step, reasonCode: reason }),
      ),
    );
  decision(rollout, 'confirm', 'confirm what another person proposed on the same version')
    .addOption(stepOption())
    .action(
      action(surroundings, (context, number: number, { seen, step }: StepOptions) =>
        decide(context, number, 'confirmations', { version: seen, step }),
      ),
    );
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

async function decide(context: CommandContext, number: number, route: string, body: object): Promise<void> {
  showClusters(context, [await context.api().post<Cluster>(pathOf('v1', 'clusters', number, route), body)]);
}

function showClusters(context: CommandContext, clusters: readonly Cluster[]): void {
  const rows = clusters.map(({ number, name, state, version, lastStep, proposals, gate }) => [
    number,
    name,
    state,
    version,
    lastStep?.at,
    lastStep?.actors.join(' + '),
    gate ? `${gate.outcome} (${gate.reasonCode})` : null,
    proposals.map(({ step, actor, version: seen }) => `${step} by ${actor} on version ${seen}`).join(', '),
  ]);
  const headings = ['cluster', 'name', 'state', 'version', 'since', 'by', 'gate', 'proposed'];
  context.console.table(clusters, headings, rows, 'No cluster is recorded: petabakat plan import clusters --help');
}
