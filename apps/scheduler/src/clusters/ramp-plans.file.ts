import { type CsvColumn, parseCsv } from '@app/bootstrap';
import { AUTHOR, CLUSTER, TEXT, optional } from '../csv-cells';
import { FileProblems } from '../file-problems';
import { isGateName } from '../gates/domain/gate-rule';
import { rampProblems, wavesOf } from './domain/ramp-plan';

/** One per cluster. */
const ROWS_MAX = 99;

const PERCENT: CsvColumn = { pattern: /\d{1,3}(\.\d{1,2})?/, expected: 'a percentage' };
const WAVES: CsvColumn = { pattern: /\d{1,3}( \d{1,3}){0,9}/, expected: 'percentages such as 25 50 100' };
const GATES: CsvColumn = { pattern: /[a-z][a-z-]*( [a-z][a-z-]*)*/, expected: 'names of gates' };
/** Long enough that nobody guesses it before it is published. */
const SEED: CsvColumn = { pattern: /[A-Za-z0-9._-]{16,128}/, expected: '16 to 128 letters and digits' };

export interface RampPlanRow {
  readonly row: number;
  readonly cluster: number;
  readonly canaryPercent: number | null;
  readonly waves: string;
  readonly gates: string;
  /** Empty where the service is to draw one. */
  readonly seed: string;
  readonly author: string;
  readonly source: string;
}

/** `cluster,canaryPercent,waves,gates,[seed,]author,source`; no canary opens straight into the first wave. */
export function readRampPlans(text: string): RampPlanRow[] {
  const columns = {
    cluster: { ...CLUSTER, unique: true },
    canaryPercent: optional(PERCENT),
    waves: WAVES,
    gates: GATES,
    seed: optional(SEED),
    author: AUTHOR,
    source: TEXT,
  };
  const rows = parseCsv(text, { columns, maxRows: ROWS_MAX }).map(({ row, values }) => {
    const canaryPercent = values.canaryPercent === '' ? null : Number(values.canaryPercent);
    return { ...values, row, cluster: Number(values.cluster), canaryPercent };
  });
  const problems = new FileProblems();
  for (const { row, canaryPercent, waves, gates } of rows) {
    for (const problem of rampProblems({ canaryPercent, waves: wavesOf(waves) })) problems.add(row, 'waves', problem);
    for (const gate of gates.split(' ')) {
      if (!isGateName(gate)) problems.add(row, 'gates', `there is no gate ${gate}`);
    }
  }
  problems.refuseIfAny();
  return rows;
}
