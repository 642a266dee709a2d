/**
 * The cart worker without Durable Objects: each request opens a connection to MongoDB of its own, since a Worker cannot
 * keep one for the next. All else is the cart's own code.
 */
import { app } from '../../workers/cart/src/app.ts';
import { CartConnection } from '../../workers/cart/src/store/connection.ts';

export default {
  fetch(request, env, context) {
    const connection = new CartConnection(context, env);
    return app.fetch(request, { ...env, CART_CONNECTION: { getByName: () => connection } }, context);
  },
};
