// Makes a program run as where nodemailer is not installed.
import { register } from 'node:module';

const hooks = `export async function resolve(specifier, context, next) {
  return await next(specifier === 'nodemailer' ? 'nodemailer-that-is-not-there' : specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
