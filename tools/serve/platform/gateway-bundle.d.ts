/** The built gateway. */
declare module 'gateway-bundle' {
  const gateway: {
    fetch(request: Request, env: unknown, context: ExecutionContext): Response | Promise<Response>;
  };
  export default gateway;
}
