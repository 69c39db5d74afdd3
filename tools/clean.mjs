// Every project builds into the one dist folder, so it is emptied once before all of them (a per-project clean would remove its siblings).
import { rmSync } from 'node:fs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
