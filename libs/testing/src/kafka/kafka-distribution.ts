import { spawnSync, execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { PartSearch } from '../parts/required-part';

const run = promisify(execFile);

/** The server of Kafka 4 needs it. */
const JAVA_MAJOR_MIN = 17;
/** 45 archives, 43 MB: seconds on a usual line, minutes on a bad one. */
const DOWNLOAD_TIMEOUT_MS = 600_000;

/** Kafka's own archives with a Java to run them: a real broker on a machine without Docker. */
export interface KafkaDistribution {
  readonly classPath: string;
}

/** Whether a broker could be run from Maven artifacts; looks, but does not download. */
export function findKafkaDistribution(): PartSearch {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.error) return { found: false, reason: 'there is no java' };
  const major = Number(/version "(\d+)/.exec(java.stderr)?.[1]);
  if (!(major >= JAVA_MAJOR_MIN)) return { found: false, reason: `java is older than ${JAVA_MAJOR_MIN}` };
  if (existsSync(cachedLibraries())) return { found: true };
  const maven = spawnSync('mvn', ['-version'], { encoding: 'utf8' });
  if (maven.error) return { found: false, reason: 'there is no mvn to fetch the broker with' };
  return { found: true };
}

/** Fetches the archives once per version; afterwards Maven is not called again. */
export async function kafkaDistribution(): Promise<KafkaDistribution> {
  const libraries = cachedLibraries();
  if (!existsSync(libraries)) await download(libraries);
  return { classPath: join(libraries, '*') };
}

/** Outside the tree, so that a clean checkout does not download again; another pom is another folder. */
function cachedLibraries(): string {
  const pom = readFileSync(pomFile(), 'utf8');
  const version = /<kafka\.version>([^<]+)</.exec(pom)?.[1];
  if (!version) throw new Error(`${pomFile()} names no kafka.version`);
  const fingerprint = createHash('sha256').update(pom).digest('hex').slice(0, 8);
  const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(caches, 'petabakat', `kafka-${version}-${fingerprint}`);
}

async function download(libraries: string): Promise<void> {
  mkdirSync(dirname(libraries), { recursive: true });
  const unfinished = mkdtempSync(`${libraries}.`);
  try {
    const args = ['-q', '-B', '-f', pomFile(), 'dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`];
    await run('mvn', args, { timeout: DOWNLOAD_TIMEOUT_MS });
    // Renamed only when whole: neither an interrupted download nor a second process leaves a half-filled cache.
    renameSync(unfinished, libraries);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(libraries)) throw error;
  }
}

/** The pom lies in the source tree and is not copied by the build, so compiled code looks for it there too. */
function pomFile(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'libs', 'testing', 'src', 'kafka', 'pom.xml');
    if (existsSync(candidate)) return candidate;
  }
  throw new Error(`libs/testing/src/kafka/pom.xml is not above ${__dirname}`);
}
