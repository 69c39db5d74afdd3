export const PROPERTIES = {
  P1: 'no acknowledged answer is lost',
  P2: 'no effect is doubled',
  P3: 'nothing is invented',
  P4: 'the highest seq of an item counts',
  P5: 'closings and results are what the log gives',
  P6: 'order holds per key, offsets have no gaps',
  P7: 'clusters take their steps on gates that said so',
  P8: 'everything comes to an end by itself',
  P9: 'nobody waits without an answer',
  P10: 'unknown only under a fault, refusals say so',
  P11: 'every receipt is true',
  P12: 'no read lacks an answer that was receipted before it',
  P13: 'the clock is fair and every attempt closes',
  P14: 'every command acts once',
} as const;

export type Property = keyof typeof PROPERTIES;

export interface Break {
  /** The record that breaks the property: an operation, a position of the log or a row. */
  readonly record: string;
  readonly problem: string;
}

export interface Finding {
  readonly property: Property;
  readonly checked: number;
  readonly broken: number;
  /** The first few. */
  readonly breaks: readonly Break[];
  /** What is no break and yet worth telling. */
  readonly figures: Readonly<Record<string, number>>;
}

/** More of one kind say nothing new, and a lost table would fill the memory. */
const BREAKS_KEPT = 20;

/** Counts what one property was checked on and keeps what broke it. */
export class PropertyCheck {
  private checked = 0;
  private broken = 0;
  private readonly breaks: Break[] = [];
  private readonly figures: Record<string, number> = {};

  constructor(readonly property: Property) {}

  /** @param record names what was looked at; computed only where it is needed */
  require(holds: boolean, record: () => string, problem: string | (() => string)): void {
    this.checked++;
    if (holds) return;
    this.broken++;
    if (this.breaks.length >= BREAKS_KEPT) return;
    this.breaks.push({ record: record(), problem: typeof problem === 'string' ? problem : problem() });
  }

  count(figure: string, by = 1): void {
    this.figures[figure] = (this.figures[figure] ?? 0) + by;
  }

  finding(): Finding {
    const { property, checked, broken, breaks, figures } = this;
    return { property, checked, broken, breaks, figures };
  }
}

/** The findings of several parts as one for each property, in the order of the list. */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  return (Object.keys(PROPERTIES) as Property[]).map((property) => {
    const ofProperty = findings.filter((finding) => finding.property === property);
    const figures: Record<string, number> = {};
    for (const finding of ofProperty) {
      for (const [name, value] of Object.entries(finding.figures)) figures[name] = (figures[name] ?? 0) + value;
    }
    return {
      property,
      checked: ofProperty.reduce((sum, { checked }) => sum + checked, 0),
      broken: ofProperty.reduce((sum, { broken }) => sum + broken, 0),
      breaks: ofProperty.flatMap(({ breaks }) => breaks).slice(0, BREAKS_KEPT),
      figures,
    };
  });
}

export function tableOf(findings: readonly Finding[]): string {
  const lines = findings.flatMap((finding) => [
    [
      finding.property.padEnd(4),
      PROPERTIES[finding.property].padEnd(54),
      String(finding.checked).padStart(9),
      String(finding.broken).padStart(7),
      describeFigures(finding.figures),
    ].join('  '),
    ...finding.breaks.map(({ record, problem }) => `      ${record}: ${problem}`),
  ]);
  const head = ['    ', 'property'.padEnd(54), '  checked', ' broken', 'figures'].join('  ');
  return [head, ...lines].map((line) => line.trimEnd()).join('\n');
}

function describeFigures(figures: Finding['figures']): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
