export type DiaryKind =
  'opened' | 'planned' | 'refused' | 'overridden' | 'held' | 'resumed' | 'site-lost' | 'closed' | 'not-closed';

export interface DiaryEntry {
  readonly date: string;
  readonly cluster: number;
  readonly kind: DiaryKind;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** What happened, for the page; everything in it can be looked up in the log as well. */
export class Diary {
  readonly entries: DiaryEntry[] = [];

  constructor(private readonly today: () => string) {}

  note(kind: DiaryKind, cluster: number, facts: DiaryEntry['facts']): void {
    this.entries.push({ date: this.today(), cluster, kind, facts });
  }
}
