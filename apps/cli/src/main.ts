#!/usr/bin/env node
import { createProgram } from './program';
import { runCommand } from './run-command';

const surroundings = {
  env: process.env,
  streams: {
    out: (text: string) => void process.stdout.write(`${text}\n`),
    error: (text: string) => void process.stderr.write(`${text}\n`),
  },
};

const words = process.argv.slice(2);

void runCommand(createProgram(surroundings, words), words, surroundings).then((exitCode) => {
  process.exitCode = exitCode;
});
