import type { LoadReport } from './load.report';

/** The figures of a run for a terminal. */
export function renderSummary(report: LoadReport): string {
  const { answers, connections, cpu, driver, lag, log, operations } = report;
  const { latency } = answers;
  const lines = [
    '',
    `offered ${answers.offered}, acknowledged ${answers.acknowledged} (${answers.perSecond.toFixed(0)}/s)`,
    `unknown ${answers.unknown}, not appended ${answers.notAppended}, overloaded ${answers.overloaded}, ` +
      `refused ${answers.refused}, not sent ${answers.notSent}, repeats ${answers.repeats}`,
    `acknowledgement from the intended time: p50 ${latency.p50Ms} ms, p99 ${latency.p99Ms} ms, ` +
      `p99.9 ${latency.p999Ms} ms, most ${latency.maxMs} ms`,
    ...Object.entries(operations)
      .filter(([kind]) => kind !== 'answer')
      .map(([kind, one]) => `${kind}: ${one.count}, p50 ${one.p50Ms} ms, p99 ${one.p99Ms} ms, most ${one.maxMs} ms`),
    `connections as the kernel shows them: ${connections.most}`,
    `in the log: ${log.answerRecords} records of ${log.distinctAnswers} answers, ` +
      `${log.distinctTokens} distinct tokens, ${log.logins} logins`,
    `lag: at most ${lag.mostRecords} records and ${lag.mostSeconds.toFixed(0)} s, gone after ${
      lag.secondsToZero === null ? 'never' : `${lag.secondsToZero.toFixed(0)} s`
    }`,
    `driver: ${driver.lagged} of ${driver.sends} sends more than 50 ms late, p99 ${driver.lagP99Ms} ms`,
    '',
    ...cpu.processes.map(
      (one) =>
        `${one.name.padEnd(20)} ${one.cpuSeconds.toFixed(1).padStart(8)} s  ` +
        `${one.microsecondsPerAnswer.toFixed(0).padStart(6)} µs/answer  ${one.residentMb.toFixed(0).padStart(6)} MB`,
    ),
    `together ${cpu.sumSeconds.toFixed(1)} s of ${cpu.machineSeconds.toFixed(1)} s that the machine used`,
    ...report.faults.map(
      (fault) =>
        `${fault.name}: recovered ${fault.secondsToRecover === null ? 'not' : `after ${fault.secondsToRecover.toFixed(1)} s`}`,
    ),
    '',
  ];
  return lines.join('\n');
}
