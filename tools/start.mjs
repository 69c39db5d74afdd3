import { runProgram } from './run-program.mjs';

runProgram('dist/apps/standalone/src/main.js', process.argv.slice(2));
