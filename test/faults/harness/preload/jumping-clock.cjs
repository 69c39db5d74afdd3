// Loaded into a service before anything else (`node --require`): each SIGUSR2 sets its wall clock ahead by what a file
// says, in milliseconds. The monotonic clock stays, as it does where an administrator or NTP steps a real one.
const { readFileSync } = require('node:fs');

const RealDate = Date;
let aheadMs = 0;

process.on('SIGUSR2', () => {
  aheadMs = Number(readFileSync(process.env.FAULT_TEST_CLOCK_FILE, 'utf8'));
});

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [RealDate.now() + aheadMs] : parts));
  }

  static now() {
    return RealDate.now() + aheadMs;
  }
};
