import { ERROR_CODES, type ErrorCode, type ErrorSpec } from '../libs/contracts/src';
import { groupBy } from './grouping';

/** What the first word of a code is about. A code whose group is not described here fails the generation. */
const GROUPS: Readonly<Record<string, string>> = {
  request: 'Requests in general',
  service: 'The service itself',
  access: 'Who may do what',
  answer: 'Answers',
  attempt: 'Attempts',
  pin: 'PINs',
  session: 'Sessions',
  participant: 'Participants',
  file: 'Imported files',
  form: 'Forms',
  package: 'Scoring packages',
  result: 'Results',
  decision: 'Decisions of two people',
  release: 'Release of results',
  rescoring: 'Rescoring',
  quality: 'Quality of the measurement',
  agency: 'Agencies',
  cluster: 'Clusters',
  plan: 'Planning',
  target: 'Targets',
  rollback: 'Rollback',
  progress: 'Progress',
  record: 'Records of the log',
  log: 'The log',
  position: 'Positions of consumers',
  capacity: 'Capacity',
  config: 'Configuration',
  setup: 'Soundness of a set-up',
  backup: 'Backup and restore',
  staff: 'Staff accounts',
  demo: 'Demonstrations',
  key: 'Measurement: answer keys',
  content: 'Measurement: content of forms',
  options: 'Measurement: options',
  parameters: 'Measurement: item parameters',
  responses: 'Measurement: responses',
  calibration: 'Measurement: calibration',
  dif: 'Measurement: differential item functioning',
  equating: 'Measurement: equating',
  selection: 'Measurement: selection of items',
};

const INTRODUCTION = `# Errors

Every refusal has a code. Over HTTP it comes as a problem document (RFC 9457, \`application/problem+json\`) with \`type\`
(\`/errors#<code>\`), \`title\`, \`status\`, \`code\`, \`detail\`, \`instance\`, \`correlationId\`, \`action\` and, where several
things are wrong, \`problems\` (\`at\`, \`message\`). With 429 and 503 comes \`Retry-After\` in seconds, spread by chance so that
not everybody comes back at once. No refusal repeats a value that was sent.

Level is that of the log line: \`debug\` is everyday use, \`warn\` should be looked at when there are many, \`error\` at once.

This file is written from \`libs/contracts/src/error-codes.ts\` by \`npm run docs\`; a test compares the two.
`;

/** @returns the text of docs/errors.md */
export function renderErrors(): string {
  const byGroup = groupBy(Object.entries<ErrorSpec>(ERROR_CODES), ([code]) => groupOf(code as ErrorCode));
  const sections = [...byGroup].map(([group, entries]) => {
    const rows = entries.map(([code, spec]) => renderRow(code, spec));
    const header = '| code | status | level | what happened | what to do |\n| --- | --- | --- | --- | --- |';
    return `## ${GROUPS[group]}\n\n${header}\n${rows.join('\n')}\n`;
  });
  return [INTRODUCTION, ...sections].join('\n');
}

function groupOf(code: ErrorCode): string {
  const group = code.slice(0, code.indexOf('.'));
  if (GROUPS[group] === undefined) throw new Error(`describe the group ${group} of ${code} in document-errors.ts`);
  return group;
}

function renderRow(code: string, { status, level, title, action }: ErrorSpec): string {
  return `| <a id="${code}"></a>\`${code}\` | ${status} | ${level} | ${cell(title)} | ${cell(action)} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
