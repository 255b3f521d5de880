import { ApiProblem } from '../../lib/api';
import { visit } from '../../lib/storage';
import type { Session } from './session';

interface DemoToken {
  accessToken: string;
  userId: string;
  name: string;
  /** Milliseconds since 1970 by this browser's clock. */
  renewAt: number;
}

const RENEW_BEFORE_MS = 60_000;
/** Names the person in the address of a window that is opened for them. */
const AS = 'as';
// In the window's own storage: two windows of one browser are two people, and each stays so over a reload.
const PERSON = 'livechat.demo-person';
// As the sandbox knows them. Who is named first is whoever opens the page without a name.
const TEAM = new Map([
  ['ada', 'Ada'],
  ['ben', 'Ben'],
  ['chika', 'Chika'],
  ['dora', 'Dora'],
]);
const FIRST = 'ada';
// Whoever was invited is known by their address: the sandbox lets anybody be anybody.
const isSomebody = (key: string): boolean => TEAM.has(key) || key.includes('@');

/** A session of one of the sandbox's people; rejects with ApiProblem where the sandbox does not answer. */
export async function signInToDemo(sandboxUrl: string): Promise<Session> {
  const person = personOfWindow();
  let token = await mint(sandboxUrl, person);
  let renewal: Promise<DemoToken> | null = null;
  // Calls that need a new token at the same time share one.
  const renew = async (): Promise<string> => {
    renewal ??= mint(sandboxUrl, person).finally(() => (renewal = null));
    token = await renewal;
    return token.accessToken;
  };
  return {
    userId: token.userId,
    label: token.name,
    others: [...TEAM].filter(([key]) => key !== person).map(([key, name]) => ({ name, open: () => openAs(key) })),
    getToken: async () => (Date.now() < token.renewAt ? token.accessToken : renew()),
    refreshToken: async (refused) => (token.accessToken === refused ? renew() : token.accessToken),
    onEnd: () => () => undefined,
    signOut: async () => undefined,
  };
}

/** The address is asked first, and what it says is kept: the page's own steps do not repeat it. */
function personOfWindow(): string {
  const named = [new URLSearchParams(location.search).get(AS), visit.get(PERSON)];
  const person = named.find((key) => key !== null && isSomebody(key)) ?? FIRST;
  visit.set(PERSON, person);
  return person;
}

/** The same place, seen by somebody else. Without an opener the window gets a storage of its own, and an empty one. */
function openAs(person: string): void {
  const address = new URL(location.href);
  address.searchParams.set(AS, person);
  window.open(address, '_blank', `noopener,width=${window.outerWidth},height=${window.outerHeight}`);
}

async function mint(sandboxUrl: string, person: string): Promise<DemoToken> {
  const response = await fetch(`${sandboxUrl}/sandbox/demo/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ as: person }),
  }).catch(() => null);
  if (!response?.ok) throw new ApiProblem({ code: 'network' }, response?.status ?? 0);
  const body: unknown = await response.json();
  const part = (name: string): unknown => (typeof body === 'object' && body ? Reflect.get(body, name) : null);
  const lifetime = Number(part('expires_in')) * 1000;
  return {
    accessToken: String(part('access_token')),
    userId: String(part('user_id')),
    name: String(part('name')),
    renewAt: Date.now() + Math.max(lifetime - RENEW_BEFORE_MS, lifetime / 2),
  };
}
