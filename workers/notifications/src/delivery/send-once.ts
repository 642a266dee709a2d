interface Steps {
  wasSent: () => Promise<boolean>;
  /** False: there was nobody to write to. */
  send: () => Promise<boolean>;
  noteSent: () => Promise<void>;
}

/**
 * Sends once, however often it is asked: a call that comes while another runs ends as that one does, and after a failure
 * the next call tries again.
 */
export function newSending(): (steps: Steps) => Promise<void> {
  let running: Promise<void> | null = null;
  const attempt = async ({ wasSent, send, noteSent }: Steps) => {
    if (await wasSent()) return;
    if (await send()) await noteSent();
  };
  return (steps) => {
    running ??= attempt(steps).finally(() => (running = null));
    return running;
  };
}
