import { type MultiBar, MultiBar as Bars, Presets, type SingleBar } from 'cli-progress';

export interface ProgressBar {
  set(value: number, note?: string): void;
  done(note?: string): void;
}

/** What a person sees while the demonstration runs. */
export interface Display {
  line(text: string): void;
  bar(title: string, total: number): ProgressBar;
  close(): void;
}

export function createDisplay(output: NodeJS.WriteStream): Display {
  return output.isTTY ? new TerminalDisplay(output) : new PlainDisplay(output);
}

const TITLE_WIDTH = 26;

/** Bars that move; lines go above them. */
class TerminalDisplay implements Display {
  private readonly bars: MultiBar;

  constructor(output: NodeJS.WriteStream) {
    this.bars = new Bars(
      {
        stream: output,
        format: '  {title} {bar} {percentage}%  {value}/{total}  {note}',
        fps: 8,
        barsize: 28,
        hideCursor: true,
        clearOnComplete: false,
        // Ctrl-C belongs to the program, which stops what it started.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
  }

  line(text: string): void {
    this.bars.log(`${text}\n`);
  }

  bar(title: string, total: number): ProgressBar {
    const bar: SingleBar = this.bars.create(total, 0, { title: title.padEnd(TITLE_WIDTH), note: '' });
    return {
      set: (value, note) => bar.update(value, note === undefined ? undefined : { note }),
      done: (note) => bar.update(total, note === undefined ? undefined : { note }),
    };
  }

  close(): void {
    this.bars.stop();
  }
}

/** A log file or a pipe gets a line per quarter. */
const PLAIN_STEPS = 4;

class PlainDisplay implements Display {
  constructor(private readonly output: NodeJS.WriteStream) {}

  line(text: string): void {
    this.output.write(`${text}\n`);
  }

  bar(title: string, total: number): ProgressBar {
    let printed = 0;
    const print = (value: number, note = '') => {
      const step = total === 0 ? PLAIN_STEPS : Math.floor((value * PLAIN_STEPS) / total);
      if (step <= printed) return;
      printed = step;
      const share = total === 0 ? 100 : Math.floor((value * 100) / total);
      this.line(`  ${title.padEnd(TITLE_WIDTH)} ${String(share).padStart(3)}%  ${value}/${total}  ${note}`.trimEnd());
    };
    return { set: print, done: (note) => print(total, note) };
  }

  close(): void {}
}
