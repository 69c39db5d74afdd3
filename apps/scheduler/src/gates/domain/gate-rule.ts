/** One version of a gate's row in the gate table: data with an author and a source, never constants. */
export interface GateRule {
  readonly gate: string;
  readonly version: number;
  readonly thresholds: Readonly<Record<string, number>>;
  /** Days on which the gate may have failed, of the last `failureWindowDays` evaluated, before the cluster is held. */
  readonly failureLimit: number;
  readonly failureWindowDays: number;
  /** Evaluated days without a conclusion, one after the other, before the cluster is held; null: never for that. */
  readonly inconclusiveLimitDays: number | null;
}

/** The thresholds that each gate reads. A rule gives all of them and no others. */
export const GATE_THRESHOLDS = {
  coverage: ['pass', 'overdueMinutes'],
  'roster-sync': ['pass', 'fail', 'staleMinutes'],
  rehearsal: ['staleMinutes'],
  parity: ['staleMinutes', 'forgottenMinutes'],
  seats: ['pass'],
  'canary-size': ['people', 'agencies', 'sites'],
  incidents: ['pass', 'fail', 'minimum'],
  'save-latency': ['pass', 'fail', 'windowMinutes'],
  'scoring-lag': ['pass', 'fail'],
  integrity: [],
  attendance: ['pass', 'fail'],
  reliability: ['pass', 'minimum'],
  'result-quality': ['margin', 'confidence', 'minimum'],
} as const satisfies Record<string, readonly string[]>;

export type GateName = keyof typeof GATE_THRESHOLDS;

export function isGateName(name: string): name is GateName {
  return Object.hasOwn(GATE_THRESHOLDS, name);
}

/** What is wrong with the thresholds of a rule; empty where nothing is. */
export function thresholdProblems(gate: GateName, thresholds: Readonly<Record<string, number>>): string[] {
  const wanted: readonly string[] = GATE_THRESHOLDS[gate];
  const missing = wanted.filter((name) => !Object.hasOwn(thresholds, name));
  const unknown = Object.keys(thresholds).filter((name) => !wanted.includes(name));
  return [
    ...missing.map((name) => `${gate} needs the threshold ${name}`),
    ...unknown.map((name) => `${gate} does not read the threshold ${name}`),
  ];
}

/** @param text such as `pass=98 fail=95`; empty where the gate reads no threshold */
export function thresholdsOf(text: string): Record<string, number> {
  const words = text.split(' ').filter((word) => word !== '');
  return Object.fromEntries(words.map((word) => [word.split('=')[0] ?? '', Number(word.split('=')[1])]));
}
