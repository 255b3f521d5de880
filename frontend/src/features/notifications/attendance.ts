/** The name of the lock that a tab holds while somebody looks at a conversation in it. */
export const attendanceLock = (conversationId: string): string => `livechat.attended.${conversationId}`;

/** Whether somebody looks at the conversation in any tab of this browser. */
export async function isAttended(conversationId: string): Promise<boolean> {
  if (!('locks' in navigator)) return false;
  try {
    const { held } = await navigator.locks.query();
    return held?.some((lock) => lock.name === attendanceLock(conversationId)) ?? false;
  } catch {
    // A browser may forbid them: then every tab speaks for itself.
    return false;
  }
}

/** Whether this tab is the one to tell of it: of all tabs that hear the same news, one tells. */
export function claimTelling(messageId: string): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(`livechat.tell.${messageId}`, { ifAvailable: true }, async (lock) => {
        resolve(lock !== null);
        // The others hear of it within moments.
        if (lock) await new Promise((done) => setTimeout(done, 3000));
      })
      .catch(() => resolve(true));
  });
}
