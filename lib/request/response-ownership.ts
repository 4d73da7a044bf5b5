import type { ExecutionContext } from '@nestjs/common';

/** The metadata by which Nest itself decides whether a handler answers by itself. A test holds us to it. */
const ROUTE_ARGUMENTS = '__routeArguments__';
const SSE = '__sse__';
const RESPONSE_PARAMETER = '1';
const NEXT_PARAMETER = '2';

/** Whether the handler sends the response itself: `@Res()` or `@Next()` without passthrough, or `@Sse()`. */
export function ownsResponse(context: ExecutionContext): boolean {
  if (context.getType() !== 'http') return false;
  const handler = context.getHandler();
  if (Reflect.hasMetadata(SSE, handler)) return true;
  const controller = context.getClass();
  const parameters = (Reflect.getMetadata(ROUTE_ARGUMENTS, controller, methodNameOf(controller, handler)) ??
    {}) as Record<string, Parameter>;
  return Object.entries(parameters).some(([key, { data }]) => {
    const type = key.split(':', 1)[0];
    return (type === RESPONSE_PARAMETER || type === NEXT_PARAMETER) && data?.passthrough !== true;
  });
}

interface Parameter {
  readonly data?: { readonly passthrough?: boolean };
}

/** The name under which the controller holds the handler; a decorator that wraps it may have changed its own name. */
function methodNameOf(controller: Function, handler: Function): string {
  for (
    let prototype: object | null = controller.prototype as object;
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (Object.getOwnPropertyDescriptor(prototype, name)?.value === handler) return name;
    }
  }
  return handler.name;
}
