import { inspect } from 'node:util';
import { UsageError, readOptions } from '../load.options';
import { measureBytes } from './bytes';
import { DirectMeasurement } from './direct';
import { writeFit } from './fit';
import { measureHall } from './hall';
import { measureCosts } from './measure';
import { keepBytes, keepMeasurement } from './measured.files';

const USAGE = `Usage: npm run capacity -- measure NAME [options of npm run load]
       npm run capacity -- direct NAME --rates R,R,… [--minutes M --log LOG --brokers B --gateways G --assessments A]
       npm run capacity -- hall NAME --out DIR [options of npm run load]
       npm run capacity -- bytes
       npm run capacity -- fit

  measure runs a load and keeps what each kind of process cost per answer at each rate (test/load/capacity/
  measurements.json). Names that begin with check- are not fitted, but compared with what the model says of them.
  direct does the same without logins, for attempts whose beginnings are put into the log.
  hall runs a whole examination under load, has the independent checker judge what it left, and puts a small report and
  a picture into DIR.
  bytes measures what an answer leaves on disk and sends over the wire.
  fit writes the model of \`petabakat capacity\`, its curves and docs/capacity.md from all that was measured.
`;
const EXIT_USAGE = 2;

async function main([command, name, ...options]: readonly string[]): Promise<void> {
  if (command === 'fit' && name === undefined) return writeFit();
  if (command === 'bytes' && name === undefined) {
    return keepBytes(await measureBytes());
  }
  const isKnown = ['measure', 'direct', 'hall'].includes(command ?? '');
  if (!isKnown || name === undefined) throw new UsageError(USAGE);
  // Everything that a run starts ends with this process.
  const leave = () => process.exit(1);
  process.once('SIGINT', leave).once('SIGTERM', leave);
  if (command === 'direct') {
    const given = readOptions(options);
    if (!given?.rates) throw new UsageError('direct needs --rates');
    return keepMeasurement(await DirectMeasurement.run(name, { ...given, rates: given.rates }, print));
  }
  if (command === 'hall') return void (await measureHall(name, options));
  const measurement = await measureCosts(name, options);
  keepMeasurement(measurement);
  process.stdout.write(`${inspect(measurement, { depth: 5 })}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(`${isUsage ? error.message : `the measurement broke off: ${inspect(error)}`}\n`);
    process.exit(isUsage ? EXIT_USAGE : 1);
  },
);
