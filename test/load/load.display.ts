import type { LoadRun } from './load.run';

const TERMINAL_INTERVAL_MS = 1_000;
/** In a log file. */
const PLAIN_INTERVAL_MS = 5_000;
/** The drivers report once a second, some a moment later. */
const BEHIND_MS = 2_000;

/** A line of figures now and then while candidates answer. */
export function showLiveFigures(run: LoadRun, output: NodeJS.WriteStream): { stop(): void } {
  const intervalMs = output.isTTY ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS;
  const timer = setInterval(() => output.write(`${lineOf(run, intervalMs)}\n`), intervalMs);
  return { stop: () => clearInterval(timer) };
}

function lineOf({ timeline, watch }: LoadRun, intervalMs: number): string {
  const untilMs = Date.now() - BEHIND_MS;
  const seconds = timeline.between(untilMs - intervalMs + 1_000, untilMs);
  const rateOf = (name: 'acknowledged' | 'offered') =>
    Math.round(seconds.reduce((sum, second) => sum + second[name], 0) / seconds.length);
  const { total } = timeline;
  const last = seconds.at(-1)!;
  const lag = watch.currentLag;
  return [
    new Date(untilMs).toISOString().slice(11, 19),
    `offered ${rateOf('offered')}/s`,
    `acknowledged ${rateOf('acknowledged')}/s`,
    `p50 ${last.p50Ms.toFixed(0)} ms`,
    `p99 ${last.p99Ms.toFixed(0)} ms`,
    lag ? `lag ${lag.records} (${lag.seconds.toFixed(0)} s)` : 'lag ?',
    `unknown ${total.unknown}`,
    `503 ${total.notAppended + total.overloaded}`,
    `late sends ${total.lagged}`,
    `connections ${watch.currentConnections}`,
  ].join('  ');
}
