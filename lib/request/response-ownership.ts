/** The metadata by which Nest itself decides whether a handler answers by itself. A test holds us to it. */
const ROUTE_ARGUMENTS = '__routeArguments__';
const PASSTHROUGH = '__responsePassthrough__';
const SSE = '__sse__';
/** The types of the parameters `@Res()` and `@Next()`. */
const OWNING_PARAMETERS = new Set(['1', '2']);

/** Whether the handler sends the response itself: `@Res()` or `@Next()` without passthrough, or `@Sse()`. */
export function ownsResponse(handler: Function, controller: Function): boolean {
  if (Reflect.hasMetadata(SSE, handler)) return true;
  const method = methodNameOf(controller, handler);
  if (Reflect.getMetadata(PASSTHROUGH, controller, method)) return false;
  const parameters = (Reflect.getMetadata(ROUTE_ARGUMENTS, controller, method) ?? {}) as object;
  return Object.keys(parameters).some((key) => OWNING_PARAMETERS.has(key.split(':', 1)[0] ?? ''));
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
