/** A signal that fires after a while or with its parent, and can be given more time. */
export function createTimeout(parent: AbortSignal, ms: number) {
  const controller = new AbortController();
  const fire = () => controller.abort(new Error('the API server did not answer in time'));
  const follow = () => controller.abort(parent.reason);
  let timer = setTimeout(fire, ms);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    reset: (nextMs: number) => {
      clearTimeout(timer);
      timer = setTimeout(fire, nextMs);
    },
    clear: () => {
      clearTimeout(timer);
      parent.removeEventListener('abort', follow);
    },
  };
}
