import { loadConfig } from '@app/bootstrap';
import { DomainError } from '@app/contracts';
import { Option } from 'commander';
import { AssessmentConfig } from '../../../assessment/src/config';
import { GatewayConfig } from '../../../gateway/src/config';
import { SchedulerConfig } from '../../../scheduler/src/config';
import { ScoringConfig } from '../../../scoring/src/config';
import type { CommandContext } from '../command-context';
import { type CommandGroup, action } from '../command-group';
import { databaseFindings } from './database.checks';
import { type Finding, look, well } from './finding';
import { logFindings } from './log.checks';
import { certificateFindings, diskFindings, gatewayFindings } from './surroundings.checks';

const CONFIGURATIONS = {
  gateway: GatewayConfig,
  assessment: AssessmentConfig,
  scoring: ScoringConfig,
  scheduler: SchedulerConfig,
} as const;

interface DoctorOptions {
  readonly app?: keyof typeof CONFIGURATIONS;
  readonly dataFolder: string;
  readonly gateway: boolean;
}

export const addDoctorCommand: CommandGroup = (program, surroundings) => {
  program
    .command('doctor')
    .description('look at configuration, database, schemas, clock, log, disk and gateway, and say what to mend')
    .addOption(
      new Option('--app <app>', 'also check the whole configuration of this app').choices(Object.keys(CONFIGURATIONS)),
    )
    .option('--data-folder <folder>', 'a folder on the disk to look at', '.')
    .option('--no-gateway', 'where none is to be running')
    .action(action(surroundings, (context, options: DoctorOptions) => examine(context, surroundings.env, options)));
};

async function examine(context: CommandContext, env: NodeJS.ProcessEnv, options: DoctorOptions): Promise<void> {
  const findings = [
    ...(await configurationFindings(context, env, options)),
    ...(await logFindings(() => context.openLog())),
    ...(await diskFindings(options.dataFolder)),
    ...(options.gateway ? await gatewayFindings(context.gatewayUrl) : []),
    ...(options.gateway ? await certificateFindings(context.gatewayUrl) : []),
  ];
  const rows = findings.map(({ subject, isWell, found }) => [isWell ? 'ok' : 'MEND', subject, found]);
  context.console.table(findings, ['', 'what', 'found'], rows, '');
  const problems = findings
    .filter(({ isWell }) => !isWell)
    .map(({ subject, mend }) => ({ at: subject, message: mend ?? '' }));
  if (problems.length > 0) throw new DomainError('setup.unsound', undefined, { problems });
}

/** Without a valid configuration nobody knows which database to look at. */
async function configurationFindings(
  context: CommandContext,
  env: NodeJS.ProcessEnv,
  { app }: DoctorOptions,
): Promise<Finding[]> {
  const findings = await look('configuration', '', async () => {
    if (app) loadConfig<object>(CONFIGURATIONS[app], env);
    context.databaseUrl();
    return [well('configuration', app ? `complete for ${app}` : 'names a database and a log')];
  });
  return findings.every(({ isWell }) => isWell)
    ? [...findings, ...(await databaseFindings(context.databaseUrl()))]
    : findings;
}
