import { Command, Option } from 'commander';
import { addAgencyCommands } from './agencies/agency.commands';
import { addBackupCommands } from './backup/backup.commands';
import type { CommandSurroundings } from './command-context';
import type { CommandGroup } from './command-group';
import { addDeadLetterCommands } from './dead-letters/dead-letter.commands';
import { addDoctorCommand } from './doctor/doctor.command';
import { addGapCommands } from './doctor/gap.commands';
import { addFormCommands } from './forms/forms.commands';
import { registerMeasurementCommands } from './measurement/measurement.commands';
import { addPackageCommands } from './packages/packages.commands';
import { addParticipantCommands } from './participants/participants.commands';
import { addPlanCommands } from './plan/plan.commands';
import { addPlanningCommands } from './planning/planning.commands';
import { addReplayCommands } from './replay/replay.commands';
import { addQualityCommands } from './rescoring/quality.commands';
import { addRescoringCommands } from './rescoring/rescoring.commands';
import { addResultCommands } from './rescoring/result.commands';
import { addRolloutCommands } from './rollout/rollout.commands';
import { addSessionCommands } from './sessions/sessions.commands';
import { addStaffCommands } from './staff/staff.commands';
import { addTopicCommands } from './topics/topics.commands';

const GROUPS: readonly CommandGroup[] = [
  addStaffCommands,
  addTopicCommands,
  addPlanCommands,
  addPlanningCommands,
  addParticipantCommands,
  addFormCommands,
  addPackageCommands,
  addRescoringCommands,
  addResultCommands,
  addQualityCommands,
  addSessionCommands,
  addRolloutCommands,
  addAgencyCommands,
  addReplayCommands,
  addDeadLetterCommands,
  addDoctorCommand,
  addGapCommands,
  addBackupCommands,
];

/** The whole command line. Nothing is opened or sent before a command runs. */
export function createProgram(surroundings: CommandSurroundings): Command {
  const program = new Command('petabakat')
    .description('mass assessment for a civil service: prepare it, run it, look into it')
    .addOption(new Option('--url <url>', 'address of the gateway').default(urlOf(surroundings.env)))
    .option('--token-file <file>', 'file with a staff token; otherwise PETABAKAT_TOKEN')
    .option('--json', 'print the data instead of tables')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false });
  for (const add of GROUPS) add(program, surroundings);
  registerMeasurementCommands(program);
  return program;
}

function urlOf(env: NodeJS.ProcessEnv): string {
  return env.PETABAKAT_URL || 'http://127.0.0.1:3000';
}
