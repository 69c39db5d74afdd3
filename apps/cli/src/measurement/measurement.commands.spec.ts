import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DomainError, ERROR_CODES, type ErrorCode } from '@app/contracts';
import { AbilityScorer, type PsychometricsErrorCode } from '@app/psychometrics';
import { Ajv2020 } from 'ajv/dist/2020';
import { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { readParameterFile } from './files/parameter.file';
import { registerMeasurementCommands } from './measurement.commands';
import { CONTENT_FILE_SCHEMA } from './schemas/content-file.schema';
import { EXPOSURE_FILE_SCHEMA } from './schemas/exposure-file.schema';
import { KEY_FILE_SCHEMA } from './schemas/key-file.schema';
import { PARAMETER_FILE_SCHEMA } from './schemas/parameter-file.schema';
import { RESPONSE_ROW_SCHEMA } from './schemas/response-row.schema';

const EXAMPLES = join(__dirname, 'examples');
const DATA = join(__dirname, '../../../../test/data/psychometrics');
const example = (name: string): string => join(EXAMPLES, name);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'measurement-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | object): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

interface Outcome {
  readonly out: string;
  readonly messages: string;
  readonly refusal: DomainError | null;
}

async function run(...words: string[]): Promise<Outcome> {
  const program = new Command('petabakat').exitOverride();
  registerMeasurementCommands(program);
  let [out, messages] = ['', ''];
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((messages += String(text)), true));
  try {
    await program.parseAsync(words, { from: 'user' });
    return { out, messages, refusal: null };
  } catch (error) {
    return { out, messages, refusal: error as DomainError };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

interface JsonItem {
  readonly itemId: string;
  readonly b: number;
  readonly p: number;
  readonly itemRestCorrelation: number;
  readonly optionFrequencies: Readonly<Record<string, number>>;
  readonly optionRestCorrelations: Readonly<Record<string, number>>;
  readonly flags: readonly string[];
  readonly mantelHaenszel: object;
  readonly logistic: object;
}

/** Fields of all results together; each command fills its own. */
interface JsonResult {
  readonly items: readonly JsonItem[];
  readonly test: object;
  readonly latentMean: number | null;
  readonly latentSd: number | null;
  readonly logLik: number;
  readonly priors: unknown;
  readonly purified: readonly string[];
  readonly item: { readonly itemId: string; readonly area: string | null };
  readonly area: string | null;
  readonly ranking: readonly { readonly itemId: string }[];
}

async function json(...words: string[]): Promise<JsonResult> {
  const { out, refusal } = await run(...words);
  expect(refusal).toBeNull();
  return JSON.parse(out) as JsonResult;
}

async function csv(...words: string[]): Promise<Record<string, string>[]> {
  const { out, refusal } = await run(...words);
  expect(refusal).toBeNull();
  return parse(out, { columns: true }) as Record<string, string>[];
}

/** A patterns file as a responses CSV with a column of counts. */
function patternsAsResponses(name: string): string {
  const rows = readFileSync(join(DATA, name), 'utf8').trim().split('\n').slice(1);
  const lowest = rows.some((row) => row.split(',')[0]!.includes('0')) ? 0 : 1;
  const items = rows[0]!.split(',')[0]!.length;
  const header = `personId,${Array.from({ length: items }, (_, item) => `q${item + 1}`).join(',')},count`;
  const lines = rows.map((row, index) => {
    const [pattern, count] = row.split(',');
    return `p${index},${Array.from(pattern!, (digit) => Number(digit) - lowest).join(',')},${count}`;
  });
  return write(name, [header, ...lines].join('\n'));
}

function sat12(): { responses: string; key: string } {
  const [header, ...rows] = readFileSync(join(DATA, 'sat12-raw.csv'), 'utf8').trim().split('\n');
  const { key } = JSON.parse(readFileSync(join(DATA, 'sat12-key.json'), 'utf8')) as { key: number[] };
  const lines = rows.map(
    (row, index) =>
      `p${index},${row
        .trim()
        .split(',')
        .map((option) => (option === '8' ? 'OM' : option))
        .join(',')}`,
  );
  const itemIds = header!.trim().split(',');
  return {
    responses: write('sat12.csv', [`personId,${itemIds.join(',')}`, ...lines].join('\n')),
    key: write('sat12-key.json', Object.fromEntries(itemIds.map((itemId, item) => [itemId, String(key[item])]))),
  };
}

describe('score', () => {
  test('prints one row per person with the numbers of the library, and nothing else', async () => {
    const given = ['--parameters', example('parameter-file.json'), '--responses', example('responses.csv')];
    const { out, messages } = await run('score', ...given, '--estimator', 'wle');
    const [header, ...rows] = out.trimEnd().split('\n');
    expect(header).toBe('personId,theta,standardError,estimator,atBound,answered,omitted,notReached');
    expect(messages).toBe('');
    const scorer = new AbilityScorer(readParameterFile(example('parameter-file.json')), { estimator: 'wle' });
    const first = scorer.score([1, 3, 1, 0, 1, 2, 3, 2]);
    expect(rows[0]).toBe(`p1,${first.theta},${first.standardError},wle,false,8,0,0`);
    expect(rows.map((row) => row.split(',').slice(5).join())).toEqual(['8,0,0', '7,1,0', '5,1,2', '5,0,0']);
  });

  test('leaves theta empty where ML does not exist', async () => {
    const parameters = write('rasch.json', {
      D: 1,
      items: [-1, 1].map((b, i) => ({ itemId: `q${i}`, model: '1PL', b })),
    });
    const responses = write('extremes.csv', 'personId,q0,q1\nlow,0,0\nmiddle,1,0\nhigh,1,1\n');
    const rows = await csv('score', '--parameters', parameters, '--responses', responses, '--estimator', 'ml');
    expect(rows.map(({ theta }) => theta === '')).toEqual([true, false, true]);
    expect(rows.map(({ standardError }) => standardError === '')).toEqual([true, false, true]);
  });

  test('--not-reached ignore, prior and grid reach the estimate', async () => {
    const given = [
      '--parameters',
      example('parameter-file.json'),
      '--responses',
      example('responses.csv'),
      '--estimator',
      'eap',
    ];
    const plain = await csv('score', ...given);
    const ignoring = await csv('score', ...given, '--not-reached', 'ignore');
    const shifted = await csv(
      'score',
      ...given,
      '--prior-mean',
      '2',
      '--prior-sd',
      '0.5',
      '--nodes',
      '61',
      '--range',
      '5',
    );
    expect(Number(ignoring[2]!.theta)).toBeGreaterThan(Number(plain[2]!.theta));
    expect(ignoring[0]).toEqual(plain[0]);
    expect(Number(shifted[1]!.theta)).toBeGreaterThan(Number(plain[1]!.theta));
  });

  test('--out writes the file and leaves standard output empty; twice gives the same bytes', async () => {
    const given = [
      '--parameters',
      example('parameter-file.json'),
      '--responses',
      example('responses.csv'),
      '--estimator',
      'map',
    ];
    const path = join(folder, 'scores.csv');
    const { out } = await run('score', ...given, '--out', path);
    expect(out).toBe('');
    expect(readFileSync(path, 'utf8')).toBe((await run('score', ...given)).out);
  });
});

describe('sum-score-table', () => {
  test('has a row per sum score, shares that sum to 1 and rising theta', async () => {
    const rows = await csv('sum-score-table', '--parameters', example('parameter-file.json'));
    expect(rows.map(({ sumScore }) => Number(sumScore))).toEqual(Array.from({ length: 15 }, (_, score) => score));
    expect(rows.reduce((sum, { expectedShare }) => sum + Number(expectedShare), 0)).toBeCloseTo(1, 12);
    expect(Number(rows[14]!.theta)).toBeGreaterThan(Number(rows[0]!.theta));
  });
});

describe('calibrate', () => {
  test('gives the converged maximum of the Abortion data, from counted patterns', async () => {
    const result = await json(
      'calibrate',
      '--model',
      '2pl',
      '--responses',
      patternsAsResponses('abortion-patterns.csv'),
      '--weights',
      'count',
    );
    expect(result).toMatchObject({ D: 1, latentMean: 0, latentSd: 1, converged: true });
    expect(Math.abs(result.logLik - -707.087)).toBeLessThan(1e-3);
    expect(result.items[0]).toMatchObject({
      itemId: 'q1',
      model: '2PL',
      standardErrors: { a: expect.any(Number), b: expect.any(Number) },
    });
  });

  test('its result is a parameter file', async () => {
    const responses = patternsAsResponses('science4-patterns.csv');
    const path = join(folder, 'science.json');
    await run('calibrate', '--model', 'grm', '--responses', responses, '--weights', 'count', '--out', path);
    const rows = await csv(
      'score',
      '--parameters',
      path,
      '--responses',
      responses,
      '--ignore',
      'count',
      '--estimator',
      'wle',
    );
    expect(rows).toHaveLength(90);
    expect(Number(rows[0]!.theta)).toBeLessThan(-5);
  });

  test('cml: difficulties sum to zero, and the latent distribution is left open', async () => {
    const result = await json(
      'calibrate',
      '--model',
      'rasch',
      '--method',
      'cml',
      '--responses',
      patternsAsResponses('lsat7-patterns.csv'),
      '--weights',
      'count',
    );
    const sum = result.items.reduce((total, { b }) => total + b, 0);
    expect(sum).toBeCloseTo(0, 10);
    expect([result.latentMean, result.latentSd]).toEqual([null, null]);
  });

  test('anchors stay, and mean and SD are free', async () => {
    const responses = patternsAsResponses('lsat7-patterns.csv');
    const anchors = write('anchors.json', {
      D: 1,
      items: [
        { itemId: 'q1', model: '2PL', a: 1, b: -1 },
        { itemId: 'q3', model: '2PL', a: 1.5, b: -0.5 },
      ],
    });
    const result = await json(
      'calibrate',
      '--model',
      '2pl',
      '--responses',
      responses,
      '--weights',
      'count',
      '--anchors',
      anchors,
    );
    expect(result.items[0]).toMatchObject({ itemId: 'q1', a: 1, b: -1, anchored: true });
    expect(result.latentMean).not.toBe(0);
    expect(result.latentSd).not.toBe(1);
  });

  test('3pl prints its priors', async () => {
    const result = await json(
      'calibrate',
      '--model',
      '3pl',
      '--responses',
      patternsAsResponses('lsat6-patterns.csv'),
      '--weights',
      'count',
    );
    expect(result.priors).toEqual({
      a: { kind: 'lognormal', mean: 0, sd: 0.5 },
      c: { kind: 'beta', alpha: 5, beta: 16, lower: 0, upper: 1 },
    });
  });
});

describe('item-analysis', () => {
  test('shows the miskeyed item of SAT12, and what its options attract', async () => {
    const { responses, key } = sat12();
    const result = await json('item-analysis', '--responses', responses, '--key', key);
    const item = result.items[31]!;
    expect(result.test).toMatchObject({ persons: 600, items: 32, personsLeftOut: 0 });
    expect([item.p.toFixed(2), item.itemRestCorrelation.toFixed(2)]).toEqual(['0.16', '0.04']);
    expect((item.optionFrequencies['3']! / 600).toFixed(2)).toBe('0.44');
    expect(item.optionRestCorrelations['3']!.toFixed(2)).toBe('0.20');
    expect(item.flags).toContain('another-option-is-better');
    const flagged = result.items.filter(({ flags }) => flags.includes('another-option-is-better'));
    expect(flagged.map(({ itemId }) => itemId)).toEqual(['i32']);
  });

  test('credits options as the key says, any other option 0; people with empty cells are left out', async () => {
    const key = write('credits.json', { q1: 'B', q2: { A: 4, B: 2 } });
    const responses = write('options.csv', 'personId,q1,q2\np1,B,A\np2,A,B\np3,B,Z\np4,,A\np5,OM,NR\n');
    const result = await json('item-analysis', '--responses', responses, '--key', key);
    expect(result.test).toMatchObject({ persons: 4, personsLeftOut: 1 });
    expect(result.items[1]).toMatchObject({
      mean: 1.5,
      p: 0.375,
      optionFrequencies: { A: 1, B: 1, Z: 1 },
      omitted: 0,
      notReached: 1,
    });
  });
});

describe('dif', () => {
  test('prints both methods for every item, and what purification took out', async () => {
    const [header, ...rows] = readFileSync(join(DATA, 'verbal-aggression-dichotomous.csv'), 'utf8').trim().split('\n');
    const responses = write(
      'verbal.csv',
      [`personId,${header}`, ...rows.map((row, index) => `v${index},${row}`)].join('\n'),
    );
    const given = ['dif', '--responses', responses, '--group', 'Gender', '--focal', '1', '--ignore', 'Anger'];
    const plain = await json(...given);
    expect(plain.items).toHaveLength(24);
    expect(plain.purified).toEqual([]);
    expect(Object.keys(plain.items[0]!.mantelHaenszel)).toEqual(
      expect.arrayContaining(['chiSquare', 'alpha', 'delta', 'standardError', 'etsClass']),
    );
    expect(Object.keys(plain.items[0]!.logistic)).toEqual(['statistic', 'p', 'rSquaredDifference']);
    expect((await json(...given, '--purify')).purified).toContain('S2WantShout');
  });

  test('an item with more than two scores has stated nulls with the reason, and still counts for matching', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, n) => `p${n},${n % 3},${n % 2},${(n >> 1) % 2},${n % 5 < 2 ? 'f' : 'm'}`,
    );
    const responses = write('graded.csv', `personId,q1,q2,q3,g\n${rows.join('\n')}\n`);
    const { items } = await json('dif', '--responses', responses, '--group', 'g', '--focal', 'f');
    expect(items[0]).toEqual({ itemId: 'q1', mantelHaenszel: null, logistic: null, reason: 'not-binary' });
    expect(items[1]!.mantelHaenszel).not.toBeNull();
    expect(JSON.stringify(items)).not.toMatch(/NaN/);
  });
});

describe('person-fit', () => {
  test('leaves lzStar empty for EAP only', async () => {
    const given = [
      'person-fit',
      '--parameters',
      example('parameter-file.json'),
      '--responses',
      example('responses.csv'),
    ];
    const wle = await csv(...given, '--estimator', 'wle');
    const eap = await csv(...given, '--estimator', 'eap');
    expect(Object.keys(wle[0]!)).toEqual(['personId', 'lz', 'lzStar', 'infit', 'outfit']);
    expect(wle.every(({ lzStar }) => lzStar !== '')).toBe(true);
    expect(eap.every(({ lzStar, lz }) => lzStar === '' && lz !== '')).toBe(true);
  });
});

describe('select-item', () => {
  test('keeps to content, exposure and seed', async () => {
    const given = [
      'select-item',
      '--parameters',
      example('parameter-file.json'),
      '--theta',
      '0.2',
      '--administered',
      'q1',
    ];
    const plain = await json(...given);
    expect(plain.item.itemId).toBe(plain.ranking[0]!.itemId);
    const balanced = await json(
      ...given,
      '--content',
      example('content-file.json'),
      '--exposure',
      example('exposure-file.json'),
    );
    expect(balanced.area).toBe('judgement');
    expect(balanced.item.area).toBe('judgement');
    const drawn = await json(...given, '--criterion', 'randomesque', '--pool', '3', '--seed', '5');
    expect(await json(...given, '--criterion', 'randomesque', '--pool', '3', '--seed', '5')).toEqual(drawn);
  });
});

const GOOD = { D: 1, items: [{ itemId: 'q1', model: '2PL', a: 1, b: 0 }] };
const bank = (item: object, D: unknown = 1): object => ({ D, items: [GOOD.items[0], { itemId: 'q2', ...item }] });

describe('a refusal names its code, file, row and column', () => {
  const PARAMETERS: [string, ErrorCode, string | object, string][] = [
    ['a slope of 0', 'parameters.slope-not-positive', bank({ model: '2PL', a: 0, b: 0 }), 'bad.json, row 2, column a'],
    [
      'unordered boundaries',
      'parameters.boundaries-unordered',
      bank({ model: 'GRM', a: 1, b: [0, -1] }),
      'bad.json, row 2, column b[1]',
    ],
    [
      'c above d',
      'parameters.asymptotes',
      bank({ model: '4PL', a: 1, b: 0, c: 0.5, d: 0.4 }),
      'bad.json, row 2, column d',
    ],
    ['a wrong D', 'parameters.scaling-constant', bank({ model: '1PL', b: 0 }, 2), 'bad.json, column D'],
    ['a missing D', 'parameters.invalid', { items: GOOD.items }, 'bad.json, column D'],
    ['a missing difficulty', 'parameters.invalid', bank({ model: '2PL', a: 1 }), 'bad.json, row 2, column b'],
    ['an unknown model', 'parameters.invalid', bank({ model: 'XPL', a: 1, b: 0 }), 'bad.json, row 2'],
    ['no items', 'parameters.empty', { D: 1, items: [] }, 'bad.json, column items'],
    ['broken JSON', 'file.unreadable', '{\n  "D": 1,\n  oops', 'bad.json, row 3, column 3'],
    ['an empty file', 'file.unreadable', '', 'bad.json'],
  ];

  test.each(PARAMETERS)('parameters with %s: %s', async (_, code, content, place) => {
    const { out, refusal } = await run('sum-score-table', '--parameters', write('bad.json', content));
    expect(out).toBe('');
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(`${place}: `) as unknown });
  });

  const RESPONSES: [string, ErrorCode, string, string][] = [
    [
      'a category out of range',
      'responses.category-out-of-range',
      'personId,q1\np1,1\np2,2\n',
      'bad.csv, row 3, column q1',
    ],
    ['a text', 'responses.invalid', 'personId,q1\np1,x\n', 'bad.csv, row 2, column q1'],
    ['a fraction', 'responses.invalid', 'personId,q1\np1,0.5\n', 'bad.csv, row 2, column q1'],
    ['a person twice', 'responses.duplicate-person', 'personId,q1\np1,1\n\np1,0\n', 'bad.csv, row 4, column personId'],
    ['a person without id', 'responses.invalid', 'personId,q1\n,1\n', 'bad.csv, row 2, column personId'],
    ['an unknown item', 'responses.invalid', 'personId,q1,q9\np1,1,1\n', 'bad.csv, row 1, column q9'],
    ['a column twice', 'responses.invalid', 'personId,q1,q1\np1,1,1\n', 'bad.csv, row 1, column q1'],
    ['no person column', 'responses.invalid', 'id,q1\np1,1\n', 'bad.csv, row 1, column personId'],
    ['too few cells', 'responses.invalid', 'personId,q1\np1\n', 'bad.csv, row 2, column q1'],
    ['nobody', 'responses.invalid', 'personId,q1\n', 'bad.csv'],
    ['nothing', 'responses.invalid', '', 'bad.csv'],
  ];

  test.each(RESPONSES)('responses with %s: %s', async (_, code, content, place) => {
    const given = ['--parameters', write('good.json', GOOD), '--responses', write('bad.csv', content)];
    const { out, refusal } = await run('score', ...given, '--estimator', 'eap');
    expect(out).toBe('');
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(`${place}: `) as unknown });
  });

  test('a constant item in a calibration', async () => {
    const responses = write('constant.csv', 'personId,q1,q2,q3\np1,1,0,1\np2,1,1,0\np3,1,0,0\n');
    const { refusal } = await run('calibrate', '--model', '2pl', '--responses', responses);
    expect(refusal).toMatchObject({
      code: 'calibration.constant-item',
      message: expect.stringContaining('constant.csv, column q1: ') as unknown,
    });
  });

  test('one person in a calibration', async () => {
    const { refusal } = await run(
      'calibrate',
      '--model',
      'rasch',
      '--responses',
      write('one.csv', 'personId,q1,q2,q3\np1,1,0,1\n'),
    );
    expect(refusal).toMatchObject({ code: 'calibration.too-few-persons' });
  });

  test('one person in an item analysis has stated nulls', async () => {
    const result = await json('item-analysis', '--responses', write('one.csv', 'personId,q1,q2,q3\np1,1,0,1\n'));
    expect(result.test).toMatchObject({ persons: 1, mean: 2, sd: null, alpha: null, lambda2: null, omega: null });
    expect(JSON.stringify(result)).not.toMatch(/NaN/);
  });

  test('one group in a DIF analysis', async () => {
    const responses = write('group.csv', 'personId,q1,g\np1,1,a\np2,0,a\n');
    const { refusal } = await run('dif', '--responses', responses, '--group', 'g', '--focal', 'b');
    expect(refusal).toMatchObject({
      code: 'dif.one-group',
      message: expect.stringContaining('group.csv, column g: ') as unknown,
    });
  });

  test('a key that speaks of other items', async () => {
    const key = write('other-key.json', { q1: 'A' });
    const { refusal } = await run(
      'item-analysis',
      '--responses',
      write('two.csv', 'personId,q1,q2\np1,A,B\n'),
      '--key',
      key,
    );
    expect(refusal).toMatchObject({ code: 'key.invalid', message: expect.stringContaining('column q2: ') as unknown });
  });

  test('every code of the library has an entry in the catalogue', () => {
    const codes = readFileSync(
      join(__dirname, '../../../../libs/psychometrics/src/psychometrics.error.ts'),
      'utf8',
    ).match(/'[a-z]+\.[a-z-]+'/g)!;
    const asErrorCode = (code: PsychometricsErrorCode): ErrorCode => code;
    expect(codes.length).toBeGreaterThan(20);
    expect(
      codes
        .map((quoted) => asErrorCode(quoted.slice(1, -1) as PsychometricsErrorCode))
        .filter((code) => !(code in ERROR_CODES)),
    ).toEqual([]);
  });
});

describe('schemas and examples', () => {
  const SCHEMAS: Record<string, object> = {
    'content-file': CONTENT_FILE_SCHEMA,
    'exposure-file': EXPOSURE_FILE_SCHEMA,
    'key-file': KEY_FILE_SCHEMA,
    'parameter-file': PARAMETER_FILE_SCHEMA,
    'response-row': RESPONSE_ROW_SCHEMA,
  };

  test('every schema is frozen as it is used, and none is missing', () => {
    const frozen = join(__dirname, 'schemas/frozen');
    expect(readdirSync(frozen).sort()).toEqual(Object.keys(SCHEMAS).map((name) => `${name}.v1.json`));
    for (const [name, schema] of Object.entries(SCHEMAS)) {
      expect(JSON.parse(readFileSync(join(frozen, `${name}.v1.json`), 'utf8'))).toEqual(schema);
    }
  });

  test.each(['content-file', 'exposure-file', 'key-file', 'parameter-file'])(
    'the example of %s fits its schema',
    (name) => {
      const validate = new Ajv2020({ strict: true, allowUnionTypes: true, discriminator: true }).compile(
        SCHEMAS[name]!,
      );
      expect(validate(JSON.parse(readFileSync(example(`${name}.json`), 'utf8')))).toBe(true);
    },
  );

  test('every row of the responses example fits its schema', () => {
    const validate = new Ajv2020({ strict: true }).compile(RESPONSE_ROW_SCHEMA);
    const rows = parse(readFileSync(example('responses.csv'), 'utf8'), { columns: true }) as object[];
    expect(rows.map((row) => validate(row))).toEqual([true, true, true, true]);
  });
});

describe('help', () => {
  test.each(['score', 'sum-score-table', 'calibrate', 'item-analysis', 'dif', 'person-fit', 'select-item'])(
    '%s --help names its files',
    async (name) => {
      const { out, refusal } = await run(name, '--help');
      expect(refusal).toMatchObject({ code: 'commander.helpDisplayed' });
      expect(out).toMatch(/--(parameters|responses) <file>/);
      expect(out).toContain('--out <file>');
    },
  );
});
