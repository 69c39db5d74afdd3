#!/usr/bin/env node
import 'reflect-metadata';
import { createProgram } from './program';
import { runCommand } from './run-command';

const surroundings = {
  env: process.env,
  streams: {
    out: (text: string) => void process.stdout.write(`${text}\n`),
    error: (text: string) => void process.stderr.write(`${text}\n`),
  },
};

void runCommand(createProgram(surroundings), process.argv.slice(2), surroundings).then((exitCode) => {
  process.exitCode = exitCode;
});
