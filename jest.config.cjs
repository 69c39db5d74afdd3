const { availableParallelism } = require('node:os');

// Nest 12 ships ES modules only and Jest can require() those from Node 24.9 on, so swc compiles @nestjs for Node 20 and 22.
const swc = (syntax) => [
  '@swc/jest',
  {
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2023',
      parser: { syntax, decorators: true, dynamicImport: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
  },
];

module.exports = {
  testEnvironment: 'node',
  // A claim that does not come true in a minute is not late but wrong; less would fail on a busy machine.
  testTimeout: 60_000,
  // Tests wait for databases and brokers more than they compute, so that two of them fit on two cores.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  globalSetup: '<rootDir>/test/setup/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/global-teardown.ts',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test', '<rootDir>/demo'],
  testRegex: '\\.spec\\.ts$',
  moduleFileExtensions: ['ts', 'js', 'json'],
  moduleNameMapper: { '^@app/([^/]+)$': '<rootDir>/libs/$1/src' },
  transform: { '^.+\\.ts$': swc('typescript'), '^.+\\.js$': swc('ecmascript') },
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/)'],
};
