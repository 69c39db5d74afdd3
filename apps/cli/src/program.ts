import { Command, Option } from 'commander';
import type { CommandSurroundings } from './command-context';
import type { CommandGroup } from './command-group';

interface ListedGroup {
  /** What the first word may be, and what `petabakat --help` says about it: as the group itself, which a test compares. */
  readonly commands: Readonly<Record<string, string>>;
  /** Services, drivers and solvers come with a group, so that a command waits only for what it uses. */
  load(): readonly CommandGroup[];
}

const GROUPS: readonly ListedGroup[] = [
  {
    commands: { staff: 'accounts of staff and their tokens (in the database: PETABAKAT_DATABASE_URL)' },
    load: () => [(require('./staff/staff.commands') as typeof import('./staff/staff.commands')).addStaffCommands],
  },
  {
    commands: { topics: 'topics of the log (PETABAKAT_LOG=kafka with PETABAKAT_KAFKA_*, or postgres)' },
    load: () => [(require('./topics/topics.commands') as typeof import('./topics/topics.commands')).addTopicCommands],
  },
  {
    commands: { plan: 'agencies, clusters, targets, sessions and seats' },
    load: () => [
      (require('./plan/plan.commands') as typeof import('./plan/plan.commands')).addPlanCommands,
      (require('./planning/planning.commands') as typeof import('./planning/planning.commands')).addPlanningCommands,
    ],
  },
  {
    commands: { participants: 'people who take part' },
    load: () => [
      (require('./participants/participants.commands') as typeof import('./participants/participants.commands'))
        .addParticipantCommands,
    ],
  },
  {
    commands: { forms: 'forms: the items that participants get' },
    load: () => [(require('./forms/forms.commands') as typeof import('./forms/forms.commands')).addFormCommands],
  },
  {
    commands: { packages: 'scoring packages: keys and scales of a form' },
    load: () => [
      (require('./packages/packages.commands') as typeof import('./packages/packages.commands')).addPackageCommands,
    ],
  },
  {
    commands: { rescoring: 'scores under another package, by replay of the log' },
    load: () => [
      (require('./rescoring/rescoring.commands') as typeof import('./rescoring/rescoring.commands'))
        .addRescoringCommands,
    ],
  },
  {
    commands: { results: 'who may see results' },
    load: () => [
      (require('./rescoring/result.commands') as typeof import('./rescoring/result.commands')).addResultCommands,
    ],
  },
  {
    commands: { quality: 'items and groups, over the answers collected so far' },
    load: () => [
      (require('./rescoring/quality.commands') as typeof import('./rescoring/quality.commands')).addQualityCommands,
    ],
  },
  {
    commands: { sessions: 'sessions at their day: PINs, opening, sealing' },
    load: () => [
      (require('./sessions/sessions.commands') as typeof import('./sessions/sessions.commands')).addSessionCommands,
    ],
  },
  {
    commands: { rollout: 'the clusters and their steps' },
    load: () => [
      (require('./rollout/rollout.commands') as typeof import('./rollout/rollout.commands')).addRolloutCommands,
    ],
  },
  {
    commands: { agency: 'agencies and their clusters' },
    load: () => [
      (require('./agencies/agency.commands') as typeof import('./agencies/agency.commands')).addAgencyCommands,
    ],
  },
  {
    commands: { replay: 'fold the log of answers from its first record on (run it while no answers come in)' },
    load: () => [(require('./replay/replay.commands') as typeof import('./replay/replay.commands')).addReplayCommands],
  },
  {
    commands: { 'dead-letters': 'records of the log that could not be processed' },
    load: () => [
      (require('./dead-letters/dead-letter.commands') as typeof import('./dead-letters/dead-letter.commands'))
        .addDeadLetterCommands,
    ],
  },
  {
    commands: {
      doctor: 'look at configuration, database, schemas, clock, log, disk and gateway, and say what to mend',
    },
    load: () => [(require('./doctor/doctor.command') as typeof import('./doctor/doctor.command')).addDoctorCommand],
  },
  {
    commands: { capacity: 'what so many candidates need, by the measured costs of an answer, and what breaks first' },
    load: () => [
      (require('./capacity/capacity.command') as typeof import('./capacity/capacity.command')).addCapacityCommand,
    ],
  },
  {
    commands: { gaps: 'partitions whose next record the log does not hold (in database and log themselves)' },
    load: () => [(require('./doctor/gap.commands') as typeof import('./doctor/gap.commands')).addGapCommands],
  },
  {
    commands: {
      backup: 'copy the data folder of the embedded default, secrets included, while nothing runs on it',
      restore: 'make a data folder from a backup and see that its log is whole',
    },
    load: () => [(require('./backup/backup.commands') as typeof import('./backup/backup.commands')).addBackupCommands],
  },
  {
    commands: {
      score: 'estimate the ability of every person from item parameters',
      'sum-score-table': 'ability (EAP) for every sum score of a complete form',
      calibrate: 'estimate item parameters from responses; not reached and empty cells take no part',
      'item-analysis':
        'classical statistics of the items and the test; people with empty cells are left out and counted',
      dif: 'items that work differently in two groups: Mantel–Haenszel with ETS classes, and logistic',
      'person-fit': 'how well every answer pattern fits the model (a flag, never a reason to change a score)',
      'select-item': 'the next item of an adaptive test; equal information is decided by item id',
    },
    load: () => [
      (require('./measurement/measurement.commands') as typeof import('./measurement/measurement.commands'))
        .registerMeasurementCommands,
    ],
  },
];

/**
 * The command line for what was typed. Nothing is opened or sent before a command runs.
 *
 * @param words groups that none of them names are listed by name and description only; without words all are whole
 */
export function createProgram(surroundings: CommandSurroundings, words?: readonly string[]): Command {
  const program = new Command('petabakat')
    .description('mass assessment for a civil service: prepare it, run it, look into it')
    .addOption(new Option('--url <url>', 'address of the gateway').default(urlOf(surroundings.env)))
    .option('--token-file <file>', 'file with a staff token; otherwise PETABAKAT_TOKEN')
    .option('--json', 'print the data instead of tables')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false });
  for (const group of GROUPS) {
    const names = Object.keys(group.commands);
    if (!words || names.some((name) => words.includes(name))) {
      for (const add of group.load()) add(program, surroundings);
    } else {
      for (const [name, description] of Object.entries(group.commands)) program.command(name).description(description);
    }
  }
  return program;
}

function urlOf(env: NodeJS.ProcessEnv): string {
  return env.PETABAKAT_URL || 'http://127.0.0.1:3000';
}
