import { textOf } from './monitoring-files';

export interface DocumentedCommand {
  /** The heading under which it stands. */
  readonly section: string;
  /** As one types it: one line, without the remark behind it. */
  readonly line: string;
}

const REMARK = /\s+#\s.*$/;
const INLINE = /`((?:petabakat|docker compose|npm|sh deploy\/)[^`]*)`/g;
/** Stands for words that the reader fills in. */
const ELLIPSIS = /…|<[a-z]+>|\|$/;

/** Every command that docs/operations.md shows in a block of its own, in its order. */
export function blockCommands(): DocumentedCommand[] {
  return sections().flatMap(({ section, text }) =>
    [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block]) =>
      block!
        .replace(/\\\n\s*/g, '')
        .split('\n')
        .map((line) => line.replace(REMARK, '').trim())
        .filter(Boolean)
        .map((line) => ({ section, line })),
    ),
  );
}

/** Commands within sentences, those left out that are no whole commands. */
export function inlineCommands(): DocumentedCommand[] {
  return sections().flatMap(({ section, text }) =>
    [...text.replace(/```[^]*?```/g, '').matchAll(INLINE)]
      .map(([, line]) => ({ section, line: line!.replace(/\s+/g, ' ') }))
      .filter(({ line }) => !ELLIPSIS.test(line)),
  );
}

function sections(): { section: string; text: string }[] {
  return textOf('docs', 'operations.md')
    .split(/^#+ /m)
    .slice(1)
    .map((part) => ({ section: part.slice(0, part.indexOf('\n')), text: part }));
}

/** Words of a command, with quotes as a shell takes them. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain!,
  );
}
