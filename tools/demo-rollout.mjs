import { runProgram } from './run-program.mjs';

runProgram('dist/demo/rollout/src/main.js', process.argv.slice(2));
