import { requirePart } from './required-part';

const missing = () => ({ found: false, reason: 'nobody has it' }) as const;

describe('requirePart', () => {
  const define = () => undefined;
  const run = jest.fn();
  const skip = jest.fn();
  const original = global.describe;

  beforeEach(() => {
    jest.clearAllMocks();
    global.describe = Object.assign(run, { skip }) as unknown as typeof describe;
  });

  afterEach(() => {
    global.describe = original;
  });

  test('a suite whose part is there runs', () => {
    requirePart('Part', () => ({ found: true }), {})('suite', define);
    expect(run).toHaveBeenCalledWith('suite', define);
  });

  test('a suite whose part is missing is skipped by name and reason', () => {
    requirePart('Part', missing, {})('suite', define);
    expect(skip).toHaveBeenCalledWith('suite (skipped: Part is missing: nobody has it)', define);
    expect(run).not.toHaveBeenCalled();
  });

  test('where CI=true a missing part is a failing test instead', () => {
    const originalTest = global.test;
    const tests: [string, () => void][] = [];
    global.test = ((name: string, body: () => void) => tests.push([name, body])) as unknown as typeof test;
    try {
      run.mockImplementation((_title: string, body: () => void) => body());
      requirePart('Part', missing, { CI: 'true' })('suite', define);
    } finally {
      global.test = originalTest;
    }
    expect(skip).not.toHaveBeenCalled();
    expect(tests.map(([name]) => name)).toEqual(['Part is missing: nobody has it; a skip is a failure where CI=true']);
    expect(tests[0]![1]).toThrow('Part is missing');
  });
});
