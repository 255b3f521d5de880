/** The 24 hours after a customer's message in which a business may write freely. */
export type ServiceWindow =
  | { state: 'closed' }
  | { state: 'open' | 'closing'; minutes: number };

const CLOSING_MINUTES = 120;
const LAST_MINUTES = 15;

/** Whether it is open for a few minutes more. */
export function isAboutToClose(expiresAt: string | null, now: Date): boolean {
  const left = serviceWindow(expiresAt, now);
  return left.state === 'closing' && left.minutes <= LAST_MINUTES;
}

export function serviceWindow(expiresAt: string | null, now: Date): ServiceWindow {
  if (expiresAt === null) return { state: 'closed' };
  const left = new Date(expiresAt).getTime() - now.getTime();
  if (left <= 0) return { state: 'closed' };
  const minutes = Math.max(1, Math.floor(left / 60_000));
  return { state: minutes < CLOSING_MINUTES ? 'closing' : 'open', minutes };
}
