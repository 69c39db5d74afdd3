import { type Coefficients, type LogSetup, PROCESS_KINDS } from '../apps/cli/src/capacity/capacity.coefficients';
import { MEASURED } from '../apps/cli/src/capacity/capacity.measured';
import { CORE_SHARE_MAX, PEAK_FACTOR, planCapacity } from '../apps/cli/src/capacity/capacity.plan';
import { renderPlan } from '../apps/cli/src/capacity/capacity.render';
import type { CostPoint, Measurement } from '../test/load/capacity/cost.points';
import { isCheck, readScaling } from '../test/load/capacity/fit';
import { readMeasurements } from '../test/load/capacity/measured.files';
import { isUsable, measuredCpu, predictedCpu } from '../test/load/capacity/model.fit';

const SETUPS: readonly { readonly setup: LogSetup; readonly words: string; readonly title: string }[] = [
  { setup: 'postgres', words: '', title: 'the log in PostgreSQL' },
  { setup: 'kafka-1', words: ' --log kafka --brokers 1', title: 'one broker' },
  { setup: 'kafka-3', words: ' --log kafka --brokers 3', title: 'three brokers' },
];
const SHOWN = [10_000, 40_000, 400_000, 4_000_000];
const INTERVAL_SECONDS = 40;
/** How far a prediction may lie from what was measured. */
const ERROR_MAX = 0.25;

const INTRODUCTION = `# Capacity

\`petabakat capacity --candidates N --interval S\` says how many processes, cores, connections and bytes an examination
needs, and what breaks first. It computes with what an answer was measured to cost, by kind of process; this page shows
those costs, how far the computation was right where it was tried, and what it says of larger examinations. The page is
written by \`npm run docs\` from [measurements.json](../test/load/capacity/measurements.json), which
\`npm run capacity -- measure\` fills; \`npm run capacity -- fit\` makes the model of it.

## The model

The CPU of all processes of a kind, in microseconds per second, is the sum of four parts:

- *idle* for each process, whether it has anything to do or not;
- *per answer* for each answer of the second;
- *per append* for each batch that gateways append: a gateway lets answers gather for 5 ms and has one batch in flight, so
  with \`r\` answers a second on \`G\` gateways there are \`r / (1 + 0.012 r / G)\` of them;
- *per transaction* of the consumers, which gather for a quarter of a second: \`r / (1 + 0.25 r / A)\`.

The coefficients are not negative and minimise the relative error over the measured points. Batches are why an answer
costs less where there are more of them. What an answer costs the consumer at least was measured by itself, with the
bytes (\`npm run capacity -- bytes\`). A process gets one core, of which it may use ${CORE_SHARE_MAX * 100} %; gateways must bear a peak of
${PEAK_FACTOR} times the mean so, consumers only the mean, because the log keeps what waits. Costs are those of this machine's cores;
on others they scale with the core's speed, all of them alike.
`;

/** @returns the text of docs/capacity.md */
export function renderCapacity(): string {
  const measurements = readMeasurements();
  return [
    INTRODUCTION,
    '## What an answer costs',
    '',
    ...SETUPS.flatMap(({ setup, title }) => costSection(setup, title, measurements)),
    '## Where the model was tried',
    '',
    ...checkSection(measurements),
    '## More processes, and one partition',
    '',
    ...scalingSection(),
    '## What examinations need',
    '',
    ...SETUPS.filter(({ setup }) => MEASURED[setup]).flatMap(({ setup }) => SHOWN.map((one) => example(one, setup))),
  ].join('\n');
}

function costSection(setup: LogSetup, title: string, measurements: readonly Measurement[]): string[] {
  const points = pointsOf(
    measurements.filter((one) => !isCheck(one)),
    setup,
  );
  const kinds = PROCESS_KINDS.filter((kind) => points.some((point) => measuredCpu(point, kind) > 0));
  const coefficients = MEASURED[setup];
  if (!coefficients) return [`### With ${title}`, '', `Not measured yet: \`petabakat capacity\` refuses it.`, ''];
  const { cpu, ...bytes } = coefficients;
  return [
    `### With ${title}`,
    '',
    `CPU in µs per answer, measured at these rates${machineOf(measurements, setup)}:`,
    '',
    `| answers/s (candidates at one per ${INTERVAL_SECONDS} s) | ${kinds.join(' | ')} | together |`,
    `| --- | ${[...kinds, ''].map(() => '---:').join(' | ')} |`,
    ...points.map((point) => {
      const costs = kinds.map((kind) => measuredCpu(point, kind));
      const sum = costs.reduce((total, one) => total + one, 0);
      const rate = `${amount(point.acknowledgedPerSecond)} (${amount(point.acknowledgedPerSecond * INTERVAL_SECONDS)})`;
      return `| ${[rate, ...costs.map(amount), amount(sum)].join(' | ')} |`;
    }),
    '',
    `${othersBeside(points)} Fewer points than parts of the model: what a part costs is known less well than their sum.`,
    '',
    `![cost per answer](pictures/capacity-${setup}.svg)`,
    '',
    '| fitted, µs | idle, a second | per answer | per append | per transaction |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...kinds.map((kind) => {
      const { idle, perAnswer, perAppend, perTransaction } = cpu[kind];
      return `| ${[kind, ...[idle, perAnswer, perAppend, perTransaction].map(amount)].join(' | ')} |`;
    }),
    '',
    '| per answer | |',
    '| --- | ---: |',
    `| log on disk, each copy | ${amount(bytes.logBytesPerAnswer)} bytes |`,
    `| tables on disk | ${amount(bytes.tableBytesPerAnswer)} bytes |`,
    `| written ahead by PostgreSQL | ${amount(bytes.writtenAheadBytesPerAnswer)} bytes |`,
    `| network between all processes | ${amount(bytes.networkBytesPerAnswer)} bytes |`,
    `| of that, request and reply of the candidate | ${amount(bytes.candidateBytesPerAnswer)} bytes |`,
    `| memory of a gateway | ${amount(bytes.gatewayMegabytes)} MB; of a connection: ${connectionMemoryOf(bytes)} |`,
    '',
  ];
}

function connectionMemoryOf({
  gatewayKilobytesPerConnection,
}: Pick<Coefficients, 'gatewayKilobytesPerConnection'>): string {
  if (gatewayKilobytesPerConnection === null) return 'not measured';
  return `${gatewayKilobytesPerConnection.toFixed(1)} KB`;
}

/** CPU of all kinds together: the one figure on which a machine's size depends. */
function checkSection(measurements: readonly Measurement[]): string[] {
  const rows = measurements.filter(isCheck).flatMap(({ name, points }) =>
    points.filter(isUsable).map((point) => {
      const sum = (of: (kind: (typeof PROCESS_KINDS)[number]) => number) =>
        PROCESS_KINDS.reduce((total, kind) => total + of(kind), 0);
      const measured = sum((kind) => measuredCpu(point, kind));
      const coefficients = MEASURED[point.setup];
      if (!coefficients) return '';
      const predicted = sum((kind) => predictedCpu(coefficients, point, kind));
      const error = predicted / measured - 1;
      const where = point.acknowledgedPerSecond > coefficients.fittedAnswersPerSecond[1] ? 'beyond' : 'within';
      const verdict = Math.abs(error) <= ERROR_MAX ? 'yes' : '**no**';
      return `| ${[name, point.setup, amount(point.acknowledgedPerSecond), `${point.gateways}, ${point.assessments}`, where, amount(predicted), amount(measured), `${(error * 100).toFixed(0)} %`, verdict].join(' | ')} |`;
    }),
  );
  return [
    `Points that were not used for the fit; CPU of all processes of the platform, in µs per answer. Within ${ERROR_MAX * 100} % is what is`,
    'asked.',
    '',
    '| run | log | answers/s | gateways, consumers | fitted range | model | measured | error | within |',
    '| --- | --- | ---: | --- | --- | ---: | ---: | ---: | --- |',
    ...rows.filter(Boolean),
    '',
  ];
}

function scalingSection(): string[] {
  const logs = (['postgres', 'kafka-1'] as const).map(readScaling).filter((figures) => figures !== null);
  if (logs.length === 0) {
    return [
      'Not measured yet; `node -r ./tools/register.cjs test/load/capacity/scaling.measure.ts postgres OUT.json` does it in about three',
      'minutes. What the platform says of partitions waits for it.',
      '',
    ];
  }
  const row = (what: string, of: (figures: (typeof logs)[number]) => number) =>
    `| ${what} | ${logs.map((figures) => amount(of(figures))).join(' | ')} |`;
  const counts = logs[0]!.gateways.map(({ processes }) => processes);
  return [
    'Answers a second that two shared cores gave, which carried the sender, PostgreSQL and the broker as well: more processes',
    'help only where there are cores for them. Gateways were measured while nothing consumed, consumers by how fast they',
    `applied a backlog (${logs.map(({ measuredAt }) => measuredAt.slice(0, 10)).join(', ')}).`,
    '',
    `| | ${logs.map(({ log }) => (log === 'postgres' ? 'log in PostgreSQL' : 'one broker')).join(' | ')} |`,
    `| --- | ${logs.map(() => '---:').join(' | ')} |`,
    ...counts.map((count, nth) => row(`acknowledged by ${count} gateways`, ({ gateways }) => gateways[nth]!.perSecond)),
    ...counts.map((count, nth) =>
      row(`applied by ${count} assessment processes`, ({ assessments }) => assessments[nth]!.perSecond),
    ),
    row('appended to one partition', ({ onePartition }) => onePartition.appendsPerSecond),
    row('applied of one partition', ({ onePartition }) => onePartition.appliedPerSecond),
    '',
  ];
}

function example(candidates: number, setup: LogSetup): string {
  const { words } = SETUPS.find((one) => one.setup === setup)!;
  const plan = planCapacity({ candidates, intervalSeconds: INTERVAL_SECONDS, log: setup });
  return `\`\`\`
$ petabakat capacity --candidates ${candidates} --interval ${INTERVAL_SECONDS}${words}
${renderPlan(plan)}
\`\`\`
`;
}

function pointsOf(measurements: readonly Measurement[], setup: LogSetup): CostPoint[] {
  return measurements
    .flatMap(({ points }) => points)
    .filter((point) => point.setup === setup && isUsable(point))
    .toSorted((a, b) => a.acknowledgedPerSecond - b.acknowledgedPerSecond);
}

/** How much of the CPU that was used meanwhile was not the platform's. */
function othersBeside(points: readonly CostPoint[]): string {
  const shares = points.map(({ shareOfMachine }) => Math.round((1 - shareOfMachine) * 100));
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  return `Of the CPU that was used meanwhile, ${least} to ${most} % was that of other work on the same cores.`;
}

function machineOf(measurements: readonly Measurement[], setup: LogSetup): string {
  const run = measurements.find(({ points }) => points.some((point) => point.setup === setup));
  if (!run) return '';
  const { machine, measuredAt } = run;
  return ` (${machine.cores} shared cores, ${machine.memoryGb} GB, Node ${machine.node}, ${measuredAt.slice(0, 10)})`;
}

function amount(value: number): string {
  return (value < 10 ? Number(value.toFixed(1)) : Math.round(value)).toLocaleString('en');
}
