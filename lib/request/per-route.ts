import type { ExecutionContext } from '@nestjs/common';

/** Finds something out about a route once: its metadata does not change while the application runs. */
export function perRoute<T extends object>(
  find: (handler: Function, controller: Function) => T,
): (context: ExecutionContext) => T {
  const found = new WeakMap<Function, WeakMap<Function, T>>();
  return (context) => {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    let ofController = found.get(controller);
    if (ofController === undefined) found.set(controller, (ofController = new WeakMap()));
    let facts = ofController.get(handler);
    if (facts === undefined) ofController.set(handler, (facts = find(handler, controller)));
    return facts;
  };
}
