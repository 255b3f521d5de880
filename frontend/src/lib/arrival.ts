import { visit } from './storage';

/** What the address brings to whoever opens a link that was mailed or passed on. */
export interface Arrival {
  /** Of an invitation. */
  invitation: string | null;
  /** What a mail of the sign-in service was sent for: `invite`, `recovery`, `magiclink`, `signup`, `email`. */
  type: string | null;
  /** To be turned into a session, once, after a click: scanners of mail open links too. */
  tokenHash: string | null;
  /** A session, where the service's own link was opened first. */
  accessToken: string | null;
  refreshToken: string | null;
  /** The service's word for why its link did not work. */
  errorCode: string | null;
}

const INVITATION = 'livechat.invitation';
const NAMES = ['token_hash', 'access_token', 'refresh_token', 'type', 'error', 'error_code'];
let taken: Arrival | null = null;

/**
 * The invitation's token is the fragment itself; the sign-in service puts its own values behind it, with `#` or `&`.
 * A template of theirs may put them into the query.
 */
export function readArrival(hash: string, query: string): Arrival {
  const parts = hash.replace(/^#/, '').split(/[#&]/);
  const values = new URLSearchParams(parts.filter((part) => part.includes('=')).join('&'));
  const asked = new URLSearchParams(query);
  const value = (name: string) => values.get(name) ?? asked.get(name);
  return {
    invitation: parts.find((part) => /^[\w-]{20,128}$/.test(part)) ?? null,
    type: value('type'),
    tokenHash: value('token_hash'),
    accessToken: value('access_token'),
    refreshToken: value('refresh_token'),
    errorCode: value('error_code') ?? value('error'),
  };
}

/**
 * What the address brought, read once. It leaves the address at once, so that no copy of it and no step back lets
 * anybody in; an invitation's token waits in this tab until it is used.
 */
export function takeArrival(): Arrival {
  if (taken) return taken;
  taken = readArrival(location.hash, location.search);
  const isOurs = taken.invitation ?? taken.tokenHash ?? taken.accessToken ?? taken.errorCode;
  if (isOurs === null) return taken;
  const query = new URLSearchParams(location.search);
  for (const name of NAMES) query.delete(name);
  history.replaceState(history.state, '', location.pathname + (query.size > 0 ? `?${query.toString()}` : ''));
  if (taken.invitation !== null) visit.set(INVITATION, taken.invitation);
  return taken;
}

/** The invitation that this tab was opened with, also after signing in. */
export function pendingInvitation(): string | null {
  return takeArrival().invitation ?? visit.get(INVITATION);
}

export function forgetInvitation(): void {
  visit.remove(INVITATION);
  if (taken) taken = { ...taken, invitation: null };
}
