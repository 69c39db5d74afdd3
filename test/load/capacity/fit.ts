import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Coefficients, LogSetup } from '../../../apps/cli/src/capacity/capacity.coefficients';
import { drawCurves } from './cost.curves';
import type { Measurement } from './cost.points';
import { readBytes, readMeasurements } from './measured.files';
import { fitSetup } from './model.fit';
import type { ScalingFigures } from './scaling.measure';

const ROOT = join(__dirname, '../../..');
export const MODEL_FILE = join(ROOT, 'apps/cli/src/capacity/capacity.measured.ts');
const PICTURES = join(ROOT, 'docs/pictures');
const SETUPS: readonly LogSetup[] = ['postgres', 'kafka-1', 'kafka-3'];
/** Runs that test the model instead of making it. */
const CHECK = 'check-';

export function isCheck({ name }: Pick<Measurement, 'name'>): boolean {
  return name.startsWith(CHECK);
}

/** Null where it was not measured yet. */
export function readScaling(setup: LogSetup): ScalingFigures | null {
  const file = join(__dirname, `scaling-${setup === 'postgres' ? 'postgres' : 'kafka'}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ScalingFigures) : null;
}

/** Writes the model and its curves. */
export function writeFit(): void {
  const measurements = readMeasurements();
  const model = fitModel(measurements);
  writeFileSync(MODEL_FILE, renderModel(model));
  for (const [setup, coefficients] of Object.entries(model) as [LogSetup, Coefficients][]) {
    writeFileSync(join(PICTURES, `capacity-${setup}.svg`), `${drawCurves(setup, coefficients, measurements)}\n`);
  }
}

/** The setups that were measured. */
export function fitModel(measurements: readonly Measurement[]): Partial<Record<LogSetup, Coefficients>> {
  const fitted = measurements.filter((one) => !isCheck(one));
  const bytes = readBytes();
  const entries = SETUPS.map((setup) => [setup, fitSetup(setup, fitted, bytes, readScaling(setup))] as const);
  return Object.fromEntries(entries.filter(([, coefficients]) => coefficients !== null));
}

/** @returns the text of the file that `petabakat capacity` computes with */
export function renderModel(model: Readonly<Partial<Record<LogSetup, Coefficients>>>): string {
  return `import type { Coefficients, LogSetup } from './capacity.coefficients';

/** Written by \`npm run capacity -- fit\` from test/load/capacity/measurements.json. */
export const MEASURED: Readonly<Partial<Record<LogSetup, Coefficients>>> = ${literalOf(model, '')};
`;
}

/** As the formatter would write it. */
function literalOf(value: unknown, indentation: string): string {
  if (Array.isArray(value)) return `[${value.map((one) => String(one)).join(', ')}]`;
  if (typeof value === 'number' || value === null) return String(value);
  const inner = `${indentation}  `;
  const lines = Object.entries(value as object).map(
    ([name, one]) => `${inner}${/^\w+$/.test(name) ? name : `'${name}'`}: ${literalOf(one, inner)},`,
  );
  return ['{', ...lines, `${indentation}}`].join('\n');
}
