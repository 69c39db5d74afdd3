import type { GateSnapshot, Transition } from '../clusters/domain/cluster-status';
import { type BurnUpChart, renderBurnUp, renderForecast } from './burn-up.chart';
import { type CountTable, renderCountTable } from './count.table';
import { escaped, inNumbers } from './svg';
import type { LegendEntry } from './svg';
import { type TimeSpan, renderTimeline } from './timeline.chart';

export interface ClusterOnPage {
  readonly number: number;
  readonly name: string;
  readonly steps: readonly Transition[];
  /** In the order of their moments. */
  readonly evaluations: readonly GateSnapshot[];
}

export interface TargetOnPage {
  readonly targetId: string;
  readonly people: number;
  readonly assessed: number;
  readonly chart: BurnUpChart;
}

export interface RolloutPage {
  /** First day of the pictures over time. */
  readonly from: string;
  readonly on: string;
  readonly targets: readonly TargetOnPage[];
  readonly clusters: readonly ClusterOnPage[];
  /** Burn-ups without a target, such as one a cluster. */
  readonly burnUps: readonly BurnUpChart[];
  readonly seats: readonly { readonly id: string; readonly en: string; readonly table: CountTable }[];
  /** What a reader must know before anything else, such as that people are made up; Indonesian and English. */
  readonly warning: { readonly id: string; readonly en: string } | null;
  /** HTML of further sections, put at the end. */
  readonly more?: string;
}

export const ROLLOUT_STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; max-width: 980px; margin: 0 auto; padding: 24px; }
  h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 4px; } h3 { font-size: 15px; margin: 20px 0 4px; }
  [lang=en] { color: #5b6b7b; font-weight: 400; } h1 [lang=en], h2 [lang=en] { font-size: 15px; display: block; }
  .warning { background: #fff3cd; border: 2px solid #b7791f; padding: 10px 14px; margin: 16px 0; }
  .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; margin: 4px 0 16px; }
  .legend i { display: inline-block; width: 18px; height: 10px; margin-right: 6px; vertical-align: middle; }
  svg { display: block; max-width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; }
  svg .grid { stroke: #e5eaf0; stroke-width: 1; } svg .tick { fill: #5b6b7b; } svg .inside { fill: #fff; font-weight: 600; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 8px 0; font-size: 13px; }
  td, th { border: 1px solid #d5dde5; padding: 2px 8px; text-align: right; } th { background: #f3f6f9; }
  td:first-child, th:first-child { text-align: left; white-space: nowrap; } .none { color: #b6c0ca; } .wide { overflow-x: auto; }
  @media (max-width: 700px) { .wide > svg { min-width: 680px; } }
`;

const STATES: Readonly<Record<string, LegendEntry>> = {
  ready: { colour: '#94a3b8', id: 'siap', en: 'ready' },
  canary: { colour: '#d97706', id: 'kenari', en: 'canary' },
  ramping: { colour: '#2563eb', id: 'bergelombang', en: 'waves' },
  'make-up': { colour: '#0d9488', id: 'susulan', en: 'make-up' },
  held: { colour: '#dc2626', id: 'ditahan', en: 'held' },
  closed: { colour: '#15803d', id: 'selesai', en: 'closed' },
  aborted: { colour: '#111827', id: 'dihentikan', en: 'aborted' },
};

const OUTCOMES: Readonly<Record<string, LegendEntry>> = {
  passed: { colour: '#16a34a', id: 'lulus', en: 'passed' },
  inconclusive: { colour: '#94a3b8', id: 'belum pasti', en: 'inconclusive' },
  failed: { colour: '#dc2626', id: 'gagal', en: 'failed' },
};

/** One page without scripts or anything from elsewhere: Indonesian first, English beside it. */
export function renderRolloutPage(page: RolloutPage): string {
  return `<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Status pelaksanaan asesmen</title>
<style>${ROLLOUT_STYLE}</style>
</head>
<body>
<h1>Status pelaksanaan asesmen per ${escaped(page.on)} <span lang="en">Status of the rollout on ${escaped(page.on)}</span></h1>
${page.warning ? `<p class="warning"><b>${escaped(page.warning.id)}</b> <span lang="en">${escaped(page.warning.en)}</span></p>` : ''}
${page.targets.map(targetSection).join('\n')}
${ganttSection(page)}
${page.clusters.map((cluster) => gateSection(cluster, page)).join('\n')}
${page.burnUps.map((chart) => `<h2>${escaped(chart.title)}</h2>\n${renderBurnUp(chart)}`).join('\n')}
${page.seats.map(({ id, en, table }) => `${heading(id, en)}\n${renderCountTable(table)}`).join('\n')}
${page.more ?? ''}
</body>
</html>
`;
}

function heading(id: string, en: string): string {
  return `<h2>${escaped(id)} <span lang="en">${escaped(en)}</span></h2>`;
}

function targetSection({ targetId, people, assessed, chart }: TargetOnPage): string {
  const done = `${inNumbers(assessed)} / ${inNumbers(people)}`;
  return `${heading(`Target ${targetId}: ${done} orang`, `Target ${targetId}: distinct people assessed of those targeted`)}
${renderBurnUp(chart)}
${chart.forecast ? renderForecast(chart.forecast) : ''}`;
}

function ganttSection({ clusters, from, on }: RolloutPage): string {
  const rows = clusters.map(({ number, name, steps }) => ({
    label: labelOf(number, name),
    spans: spansOfSteps(steps),
  }));
  const title = 'Klaster dari waktu ke waktu';
  return `${heading(title, 'Clusters over time')}\n${renderTimeline({ title, from, on, rows, kinds: STATES })}`;
}

function labelOf(number: number, name: string): string {
  return name === '' ? `Klaster ${number}` : name;
}

/** A wave is named by its share. */
export function spansOfSteps(steps: readonly Transition[]): TimeSpan[] {
  return steps.map(({ at, to, sharePercent }, index) => ({
    from: at,
    to: steps[index + 1]?.at ?? null,
    kind: to,
    label: to === 'ramping' ? `${sharePercent} %` : (STATES[to]?.id ?? to),
  }));
}

function gateSection({ number, name, evaluations }: ClusterOnPage, { from, on }: RolloutPage): string {
  if (evaluations.length === 0) return '';
  const byGate = new Map<string, GateSnapshot[]>();
  for (const one of evaluations) byGate.set(one.gate, [...(byGate.get(one.gate) ?? []), one]);
  const rows = [...byGate].map(([gate, said]) => ({ label: gate, spans: spansOfOutcomes(said) }));
  const title = `Gerbang ${labelOf(number, name)}`;
  return `${heading(title, 'What its gates said')}\n${renderTimeline({ title, from, on, rows, kinds: OUTCOMES })}`;
}

/** A gate says the same until it says something else. */
export function spansOfOutcomes(said: readonly GateSnapshot[]): TimeSpan[] {
  const turns = said.filter((one, index) => one.outcome !== said[index - 1]?.outcome);
  return turns.map(({ at, outcome, reasonCode }, index) => ({
    from: at,
    to: turns[index + 1]?.at ?? null,
    kind: outcome,
    label: reasonCode,
  }));
}
