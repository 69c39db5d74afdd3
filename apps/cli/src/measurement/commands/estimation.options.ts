import type { Estimator, NotReachedPolicy, ScorerOptions } from '@app/psychometrics';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** Options of the commands that estimate abilities, as commander hands them over. */
export interface EstimationArguments {
  readonly estimator: Estimator;
  readonly priorMean: number;
  readonly priorSd: number;
  readonly nodes: number;
  readonly range: number;
  readonly notReached: NotReachedPolicy;
}

export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

/** Adds the prior and its grid: the conventions N(0, 1) and 121 nodes on ±6 unless told. */
export function addPriorOptions(command: Command): Command {
  return command
    .addOption(new Option('--prior-mean <theta>', 'mean of the normal prior').default(0).argParser(parseNumber))
    .addOption(new Option('--prior-sd <theta>', 'standard deviation of the prior').default(1).argParser(parseNumber))
    .addOption(new Option('--nodes <count>', 'nodes of the EAP grid').default(121).argParser(parseNumber))
    .addOption(
      new Option('--range <sds>', 'prior SDs either side of the prior mean that the grid spans')
        .default(6)
        .argParser(parseNumber),
    );
}

export function addEstimationOptions(command: Command): Command {
  command.addOption(
    new Option('--estimator <name>', 'how theta is estimated')
      .choices(['ml', 'wle', 'map', 'eap'])
      .makeOptionMandatory(),
  );
  return addPriorOptions(command).addOption(
    new Option('--not-reached <policy>', 'what an item not reached counts as')
      .choices(['wrong', 'ignore'])
      .default('wrong'),
  );
}

export function scorerOptions(given: EstimationArguments): ScorerOptions {
  const { estimator, priorMean, priorSd, nodes, range, notReached } = given;
  return { estimator, priorMean, priorSd, nodes, range, notReached };
}
