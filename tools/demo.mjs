import { runProgram } from './run-program.mjs';

runProgram('dist/demo/src/main.js', process.argv.slice(2));
