/** Runs the bundle of victim.mjs as if it were that file, with V8's cached code. See bundle.ts. */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createRequire, wrap } = require('node:module');
const { Script } = require('node:vm');

const bundle = process.env.VICTIM_BUNDLE;
const cache = `${bundle}.cache`;
const cached = existsSync(cache) ? { cachedData: readFileSync(cache) } : {};
const script = new Script(wrap(readFileSync(bundle, 'utf8')), { filename: bundle, ...cached });
// After the start, when the functions that it needs have been compiled.
if (!cached.cachedData) process.once('disconnect', () => writeFileSync(cache, script.createCachedData()));

const program = { exports: {} };
const path = `${__dirname}/victim.mjs`;
script.runInThisContext()(program.exports, createRequire(path), program, path, __dirname);
