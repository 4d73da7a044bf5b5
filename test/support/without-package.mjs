// Makes a program run as where a package is not installed: the one that the variable WITHOUT names.
import { register } from 'node:module';

const hooks = `export async function resolve(specifier, context, next) {
  return await next(specifier === process.env.WITHOUT ? 'package-that-is-not-there' : specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
