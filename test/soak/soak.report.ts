import { type CheckReport } from '../faults/checker/checker';
import { PROPERTIES } from '../faults/checker/findings';
import type { LoadReport } from '../load/report/load.report';
import { percentilesOf, refusalOf } from '../load/report/load.report';
import { KILLS_MIN, KILLS_PER_COMPONENT, componentOf } from './kill.plan';
import type { MemorySample } from './memory.watch';
import type { SoakOptions } from './soak.options';
import type { SoakOutcome } from './soak.run';
import type { TableSize } from './table.sizes';

/** The last third of the calm may need this much of what the second needed. */
const GROWTH_MAX = 1.1;
const THIRDS = 3;
const MB = 1_000_000;

export type CheckSummary = CheckReport & {
  readonly parts: number;
  readonly seconds: number;
  readonly residentMb: number;
};

export interface MemoryOfProcess {
  readonly process: string;
  /** Mean of each third of the calm, in MB. */
  readonly thirdsMb: readonly number[];
  /** Last by second. */
  readonly growth: number;
}

export interface SoakReport {
  readonly passed: boolean;
  readonly problems: readonly string[];
  readonly commit: string;
  readonly startedAt: string;
  readonly machine: LoadReport['machine'];
  readonly options: SoakOptions;
  readonly answers: {
    readonly acknowledged: number;
    readonly offered: number;
    readonly unknown: number;
    readonly refused: number;
    readonly records: number;
  };
  readonly kills: readonly {
    readonly component: string;
    /** After the first answer. */
    readonly second: number;
    readonly inFlight: number;
    readonly leftUnknown: number;
    readonly secondsToRecover: number | null;
  }[];
  readonly calm: {
    readonly minutes: number;
    readonly memory: readonly MemoryOfProcess[];
    /** Of each third. */
    readonly latency: readonly ReturnType<typeof percentilesOf>[];
    readonly tables: readonly { readonly before: TableSize | null; readonly after: TableSize }[];
  };
  readonly check: {
    readonly acknowledged: number;
    readonly unknown: number;
    readonly broken: number;
    readonly parts: number;
    readonly seconds: number;
    readonly residentMb: number;
    readonly findings: CheckReport['findings'];
  };
}

export function soakReport(options: SoakOptions, outcome: SoakOutcome, check: CheckSummary): SoakReport {
  const { load, calm } = outcome;
  const fromMs = load.timeline[0]!.second * 1_000;
  const kills = outcome.kills.map(({ atMs, name, inFlight, leftUnknown }) => ({
    component: name.replace('kill ', ''),
    second: Math.round((atMs - fromMs) / 1_000),
    inFlight,
    leftUnknown,
    secondsToRecover: load.faults.find((fault) => fault.injectedMs === atMs)?.secondsToRecover ?? null,
  }));
  const thirds = thirdsOf(calm.fromMs, calm.untilMs);
  const memory = memoryOf(thirds.map(([from, until]) => outcome.memory.between(from, until)));
  const { acknowledged, unknown, broken, parts, seconds, residentMb, findings } = check;
  const report = {
    commit: load.commit,
    startedAt: load.startedAt,
    machine: load.machine,
    options,
    answers: {
      acknowledged,
      offered: load.answers.offered,
      unknown: load.answers.unknown,
      refused: load.answers.notAppended + load.answers.overloaded,
      records: load.log.answerRecords,
    },
    kills,
    calm: {
      minutes: Math.round((calm.untilMs - calm.fromMs) / 60_000),
      memory,
      latency: thirds.map(([from, until]) => percentilesOf(outcome.latencyBetween(from, until))),
      tables: tablesOf(outcome.tables),
    },
    check: { acknowledged, unknown, broken, parts, seconds, residentMb, findings },
  };
  const problems = [...problemsOf(report), ...lateness(load)];
  return { passed: problems.length === 0, problems, ...report };
}

type Unjudged = Omit<SoakReport, 'passed' | 'problems'>;

export function problemsOf({ answers, options, kills, calm, check }: Unjudged): string[] {
  const problems: string[] = [];
  if (answers.acknowledged < options.answers)
    problems.push(`${answers.acknowledged} distinct answers were acknowledged, not ${options.answers}`);
  const underLoad = kills.filter(({ inFlight }) => inFlight > 0);
  if (underLoad.length < KILLS_MIN) problems.push(`${underLoad.length} kills met requests in flight, not ${KILLS_MIN}`);
  for (const component of new Set(kills.map(({ component: process }) => componentOf(process)))) {
    const times = underLoad.filter((kill) => componentOf(kill.component) === component).length;
    if (times < KILLS_PER_COMPONENT) problems.push(`${component} was killed ${times} times with requests in flight`);
  }
  for (const { process, growth, thirdsMb } of calm.memory) {
    if (growth <= GROWTH_MAX) continue;
    problems.push(`${process} grew from ${thirdsMb[1]!.toFixed(0)} to ${thirdsMb[2]!.toFixed(0)} MB in the calm`);
  }
  for (const { property, broken, breaks } of check.findings) {
    if (broken === 0) continue;
    const [first] = breaks;
    problems.push(
      `${property} (${PROPERTIES[property]}) is broken ${broken} times: ${first?.record} ${first?.problem}`,
    );
  }
  return problems;
}

/** A driver that was too busy has measured itself. */
function lateness({ driver }: LoadReport): string[] {
  const refusal = refusalOf(driver);
  return refusal === null ? [] : [`latencies say nothing: ${refusal}`];
}

function thirdsOf(fromMs: number, untilMs: number): (readonly [number, number])[] {
  const third = (untilMs - fromMs) / THIRDS;
  return Array.from({ length: THIRDS }, (_, nth) => [fromMs + nth * third, fromMs + (nth + 1) * third] as const);
}

export function memoryOf(thirds: readonly (readonly MemorySample[])[]): MemoryOfProcess[] {
  const processes = new Set(thirds.flatMap((samples) => samples.flatMap(({ residentMb }) => [...residentMb.keys()])));
  return [...processes].sort().map((process) => {
    const thirdsMb = thirds.map((samples) => mean(samples.flatMap(({ residentMb }) => residentMb.get(process) ?? [])));
    return { process, thirdsMb, growth: thirdsMb[2]! / thirdsMb[1]! };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

function tablesOf({ before, after }: SoakOutcome['tables']): SoakReport['calm']['tables'] {
  const earlier = new Map(before.map((size) => [size.table, size]));
  return after.map((size) => ({ before: earlier.get(size.table) ?? null, after: size }));
}

export function renderSoak(report: SoakReport): string {
  const { options, answers, kills, calm, check, machine } = report;
  const percent = (part: number) => `${(part * 100).toFixed(0)} %`;
  const thousands = (value: number) => value.toLocaleString('en-US');
  return [
    `# Soak on ${options.log === 'kafka' ? 'three Kafka brokers' : 'the PostgreSQL log'}: ${report.passed ? 'passed' : 'FAILED'}`,
    '',
    `${report.startedAt}, commit ${report.commit}, seed ${options.seed}, ${machine.cores} cores, ${machine.memoryGb} GB.`,
    ...report.problems.map((problem) => `- **${problem}**`),
    '',
    `${thousands(answers.acknowledged)} distinct answers acknowledged, of ${thousands(answers.offered)} offered;`,
    `${thousands(answers.unknown)} tries unknown, ${thousands(answers.refused)} refused with 503,`,
    `${thousands(answers.records)} records of answers in the log.`,
    '',
    `## ${kills.length} kills, ${kills.filter(({ inFlight }) => inFlight > 0).length} with requests in flight`,
    '',
    '| second | killed | in flight | left unknown | recovered after |',
    '| ---: | --- | ---: | ---: | ---: |',
    ...kills.map(({ component, second, inFlight, leftUnknown, secondsToRecover }) => {
      const recovered = secondsToRecover === null ? 'not before the next' : `${secondsToRecover.toFixed(1)} s`;
      return `| ${second} | ${component} | ${inFlight} | ${leftUnknown} | ${recovered} |`;
    }),
    '',
    `## ${calm.minutes} minutes without a kill`,
    '',
    '| process | MB, first third | second | last | last by second |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...calm.memory.map(({ process, thirdsMb, growth }) => {
      return `| ${process} | ${thirdsMb.map((mb) => mb.toFixed(0)).join(' | ')} | ${percent(growth)} |`;
    }),
    '',
    '| third | answers | p50 | p99 | p99.9 | longest |',
    '| ---: | ---: | ---: | ---: | ---: | ---: |',
    ...calm.latency.map(({ count, p50Ms, p99Ms, p999Ms, maxMs }, nth) => {
      const times = [p50Ms, p99Ms, p999Ms, maxMs].map((ms) => `${ms.toFixed(1)} ms`).join(' | ');
      return `| ${nth + 1} | ${thousands(count)} | ${times} |`;
    }),
    '',
    '| table | rows | dead rows, before and after | MB, before and after |',
    '| --- | ---: | ---: | ---: |',
    ...calm.tables.map(({ before, after }) => {
      const dead = `${before ? thousands(before.deadRows) : '–'} | ${thousands(after.deadRows)}`.replace(' | ', ' → ');
      const size = `${before ? (before.bytes / MB).toFixed(0) : '–'} → ${(after.bytes / MB).toFixed(0)}`;
      return `| ${after.table} | ${thousands(after.liveRows)} | ${dead} | ${size} |`;
    }),
    '',
    `## The checker: ${check.broken === 0 ? 'nothing broken' : `${thousands(check.broken)} broken`}`,
    '',
    `${check.seconds} s in ${check.parts} parts, at most ${check.residentMb} MB.`,
    '',
    '| property | | checked | broken |',
    '| --- | --- | ---: | ---: |',
    ...check.findings.map(({ property, checked, broken }) => {
      return `| ${property} | ${PROPERTIES[property]} | ${thousands(checked)} | ${thousands(broken)} |`;
    }),
    '',
  ].join('\n');
}
