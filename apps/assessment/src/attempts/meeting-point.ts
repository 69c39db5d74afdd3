/**
 * Where several works that run side by side do one thing together. It is done once when each of them has come here or
 * will never come, and all that came get its result.
 */
export class MeetingPoint<Input, Result> {
  private readonly awaited: Set<number>;
  private readonly inputs: Input[] = [];
  private begin!: (result: Promise<Result>) => void;
  private readonly result = new Promise<Result>((resolve) => (this.begin = resolve));

  /** @param act gets what was brought, in the order of coming */
  constructor(
    members: number,
    private readonly act: (inputs: readonly Input[]) => Promise<Result>,
  ) {
    this.awaited = new Set(Array.from({ length: members }, (_, member) => member));
  }

  /** Each member comes at most once. */
  come(member: number, input: Input): Promise<Result> {
    if (!this.awaited.delete(member)) return Promise.reject(new Error('one work has come here twice'));
    this.inputs.push(input);
    this.actIfComplete();
    return this.result;
  }

  /** The member has ended and will not come. */
  leave(member: number): void {
    if (this.awaited.delete(member)) this.actIfComplete();
  }

  private actIfComplete(): void {
    if (this.awaited.size === 0 && this.inputs.length > 0) this.begin(this.act(this.inputs));
  }
}
