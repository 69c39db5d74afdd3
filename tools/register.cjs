// Lets Node run the TypeScript of this repository as it stands: `node -r ./tools/register.cjs tools/write-docs.ts`.
// The compiled code never leaves memory, so it is never out of date. Types are checked by tsc, not here.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');

const root = join(__dirname, '..');
const options = {
  swcrc: false,
  sourceMaps: 'inline',
  module: { type: 'commonjs' },
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
};

Module._extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename });
  module._compile(code, filename);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const library = /^@app\/([^/]+)$/.exec(request);
  return resolve.call(this, library ? join(root, 'libs', library[1], 'src', 'index.ts') : request, ...rest);
};
