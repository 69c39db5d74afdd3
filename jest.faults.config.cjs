const { globalSetup, globalTeardown, ...settings } = require('./jest.config.cjs');

// The fault tests: minutes each, one after the other, started by `npm run test:faults` alone. They make their own
// database servers, so they need nothing of what is set up for the other tests.
module.exports = { ...settings, roots: ['<rootDir>/test/faults'], testRegex: '\\.faults\\.ts$' };
