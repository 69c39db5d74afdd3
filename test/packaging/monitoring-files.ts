import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
export const MONITORING = join(ROOT, 'deploy', 'observability');

export function textOf(...path: string[]): string {
  return readFileSync(join(ROOT, ...path), 'utf8');
}

export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

export function panels(): readonly Panel[] {
  return (JSON.parse(textOf('deploy', 'observability', 'dashboard.json')) as { panels: Panel[] }).panels;
}

/** Every query of the dashboard, with the panel that shows it. */
export function dashboardQueries(): { readonly panel: string; readonly expr: string }[] {
  return panels().flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ panel: title, expr })));
}

/** Names of our own metrics in a query; those of histograms as they are declared. */
export function ownMetricsIn(query: string): string[] {
  const names = query.match(/\bpetabakat_[a-z_]+/g) ?? [];
  return names.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
}

/** Names that docs/metrics.md explains, each with its type and meaning. */
export function documentedMetrics(): Map<string, { readonly type: string; readonly meaning: string }> {
  const rows = textOf('docs', 'metrics.md').matchAll(/^\| `(petabakat_[a-z_]+)` \| (\w+) \| [^|]* \| ([^|]*) \|/gm);
  return new Map([...rows].map(([, name, type, meaning]) => [name!, { type: type!, meaning: meaning!.trim() }]));
}
