import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(__dirname, '../../..');
const SOURCES = [
  'apps',
  'libs',
  'test',
  'tools',
  'nest-cli.json',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.json',
];
/** Services that a run starts; the other projects of the tree are not needed. */
const SERVICES = ['assessment', 'gateway', 'scheduler', 'scoring'];
const OUTPUT_BYTES_MAX = 16_000_000;

/** A copy of the source tree that can be patched and built without anybody noticing. */
export class SourceCopy {
  private constructor(readonly folder: string) {}

  /** The tree as it stands here, changes that are not committed included: it is what the other tests test. */
  static async ofThisTree(): Promise<SourceCopy> {
    const copy = SourceCopy.empty();
    const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...SOURCES], {
      cwd: ROOT,
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    for (const path of stdout.split('\0').filter(Boolean)) copy.take(path);
    return copy;
  }

  /** A commit as it is, for a result that can be named by it. */
  static async ofCommit(commit: string): Promise<SourceCopy> {
    const copy = SourceCopy.empty();
    const archive = join(copy.folder, 'archive.tar');
    await run('git', ['archive', '--output', archive, commit, ...SOURCES], { cwd: ROOT });
    await run('tar', ['-xf', archive, '-C', copy.folder]);
    rmSync(archive);
    return copy;
  }

  async another(): Promise<SourceCopy> {
    const copy = SourceCopy.empty();
    for (const name of [...SOURCES, ...(existsSync(join(this.folder, 'dist')) ? ['dist'] : [])]) {
      cpSync(join(this.folder, name), join(copy.folder, name), { recursive: true, force: true });
    }
    return copy;
  }

  async buildAll(): Promise<void> {
    const { projects } = JSON.parse(readFileSync(join(this.folder, 'nest-cli.json'), 'utf8')) as {
      projects: Record<string, { type: string }>;
    };
    const names = Object.entries(projects).map(([name, { type }]) => ({ name, isLibrary: type === 'library' }));
    const needed = names.filter(({ name, isLibrary }) => isLibrary || SERVICES.includes(name));
    await this.build(needed.map(({ name }) => name));
  }

  async build(projects: readonly string[]): Promise<void> {
    const nest = join(this.folder, 'node_modules/.bin/nest');
    for (const project of projects)
      await run(nest, ['build', project], { cwd: this.folder, maxBuffer: OUTPUT_BYTES_MAX });
  }

  /** @throws where the patch does not apply: the mutant has to follow the code that it damages */
  async check(patchFile: string): Promise<void> {
    await this.apply(['--check', patchFile]);
  }

  /** @returns the projects whose sources were changed */
  async patch(patchFile: string): Promise<string[]> {
    await this.apply([patchFile]);
    const paths = [...readFileSync(patchFile, 'utf8').matchAll(/^\+\+\+ b\/(?:apps|libs)\/([^/]+)\//gm)];
    return [...new Set(paths.map(([, project]) => project!))];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private static empty(): SourceCopy {
    const folder = mkdtempSync(join(tmpdir(), 'petabakat-mutant-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return new SourceCopy(folder);
  }

  private take(path: string): void {
    const target = join(this.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(ROOT, path), target);
  }

  /** Git must not take the copy for part of a repository above it, in which it would silently do nothing. */
  private async apply(options: readonly string[]): Promise<void> {
    const environment = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(this.folder) };
    await run('git', ['apply', ...options], { cwd: this.folder, env: environment });
  }
}
