import { DomainError, type Problem } from '@app/contracts';
import { Option } from 'commander';
import { type CommandGroup, action } from '../command-group';
import type { LogSetup } from './capacity.coefficients';
import { type CapacityQuestion, planCapacity } from './capacity.plan';
import { renderPlan } from './capacity.render';

/** Ten times the people for whom the figures are asked that this platform will never see. */
const CANDIDATES_MAX = 40_000_000;
/** A day: whoever answers less often does not sit an examination. */
const INTERVAL_SECONDS_MAX = 86_400;

interface CapacityOptions {
  readonly candidates: string;
  readonly interval: string;
  readonly log: 'kafka' | 'postgres';
  readonly brokers?: '1' | '3';
}

export const addCapacityCommand: CommandGroup = (program, surroundings) => {
  program
    .command('capacity')
    .description('what so many candidates need, by the measured costs of an answer, and what breaks first')
    .requiredOption('--candidates <number>', 'people who sit at the same time')
    .requiredOption('--interval <seconds>', 'between two answers of one of them')
    .addOption(new Option('--log <log>', 'where the log stands').choices(['postgres', 'kafka']).default('postgres'))
    .addOption(new Option('--brokers <number>', 'with --log kafka (default: 3)').choices(['1', '3']))
    .action(
      action(surroundings, async (context, options: CapacityOptions) => {
        const plan = planCapacity(questionOf(options));
        context.console.show(plan, () => renderPlan(plan));
      }),
    );
};

/** Refuses `request.invalid`, naming every option that is not as it must be. */
function questionOf({ candidates, interval, log, brokers }: CapacityOptions): CapacityQuestion {
  const problems: Problem[] = [];
  if (!/^\d{1,8}$/.test(candidates) || Number(candidates) < 1 || Number(candidates) > CANDIDATES_MAX) {
    problems.push({ at: '--candidates', message: `must be a whole number from 1 to ${CANDIDATES_MAX}` });
  }
  const seconds = Number(interval);
  if (!/^\d+(\.\d+)?$/.test(interval) || seconds <= 0 || seconds > INTERVAL_SECONDS_MAX) {
    problems.push({ at: '--interval', message: `must be seconds above 0 and at most ${INTERVAL_SECONDS_MAX}` });
  }
  if (brokers !== undefined && log === 'postgres') {
    problems.push({ at: '--brokers', message: 'goes with --log kafka; a log in PostgreSQL has none' });
  }
  if (problems.length > 0) throw new DomainError('request.invalid', undefined, { problems });
  return { candidates: Number(candidates), intervalSeconds: seconds, log: setupOf(log, brokers) };
}

function setupOf(log: CapacityOptions['log'], brokers: CapacityOptions['brokers']): LogSetup {
  if (log === 'postgres') return 'postgres';
  return brokers === '1' ? 'kafka-1' : 'kafka-3';
}
