/**
 * What a statement of a migration takes away from the release before, which keeps running on the schema while the
 * services are replaced one at a time: what it reads may be gone, or what it writes may be refused.
 * @param tablesMade names of tables that the same release makes; nobody uses them yet
 * @returns nothing where the statement only adds
 */
export function takenAwayBy(sql: string, tablesMade: ReadonlySet<string>): string[] {
  const statement = withoutComments(sql).replace(/\s+/g, ' ').trim();
  const [, table] = /^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?"?(\w+)"?/i.exec(statement) ?? [];
  if (table !== undefined && tablesMade.has(table)) return [];
  return [
    ...RULES.filter(({ pattern }) => pattern.test(statement)).map(({ problem }) => problem),
    ...actionsOf(statement).flatMap(problemsOfAddedColumn),
  ];
}

/** The table that a statement makes, or null. */
export function tableMadeBy(sql: string): string | null {
  return /^\s*CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)"?/i.exec(withoutComments(sql))?.[1] ?? null;
}

const RULES = [
  { pattern: /^(DROP|TRUNCATE|DELETE)\b/i, problem: 'removes what the release before may read' },
  {
    pattern: /\bDROP (COLUMN|CONSTRAINT|DEFAULT|EXPRESSION|IDENTITY)\b/i,
    problem: 'drops what the release before rests on',
  },
  { pattern: /\bRENAME\b/i, problem: 'renames what the release before calls by the old name' },
  { pattern: /\bSET NOT NULL\b/i, problem: 'refuses rows in which the release before leaves the column out' },
  {
    pattern: /\bALTER (COLUMN )?"?\w+"? (SET DATA )?TYPE\b/i,
    problem: 'changes the type that the release before reads and writes',
  },
  {
    pattern: /^ALTER TABLE .*\bADD (CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\b/i,
    problem: 'refuses rows that the release before may write',
  },
  { pattern: /^CREATE UNIQUE INDEX\b/i, problem: 'refuses rows that the release before may write' },
];

/** What an ALTER TABLE does, one action after the other; commas in parentheses separate nothing. */
function actionsOf(statement: string): string[] {
  if (!/^ALTER TABLE\b/i.test(statement)) return [];
  const actions = [''];
  let depth = 0;
  for (const character of statement) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) actions.push('');
    else actions[actions.length - 1] += character;
  }
  return actions;
}

function problemsOfAddedColumn(action: string): string[] {
  if (!/\bADD COLUMN\b/i.test(action)) return [];
  const needsValue = /\b(NOT NULL|PRIMARY KEY)\b/i.test(action) && !/\b(DEFAULT|GENERATED)\b/i.test(action);
  const isRestricted = /\b(UNIQUE|CHECK|REFERENCES)\b/i.test(action);
  return [
    ...(needsValue ? ['adds a column that the release before does not fill'] : []),
    ...(isRestricted ? ['refuses rows that the release before may write'] : []),
  ];
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*/g, '').replace(/\/\*[^]*?\*\//g, '');
}
