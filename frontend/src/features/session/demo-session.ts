import { ApiProblem } from '../../lib/api';
import type { Session } from './session';

interface DemoToken {
  accessToken: string;
  userId: string;
  /** Milliseconds since 1970 by this browser's clock. */
  renewAt: number;
}

const RENEW_BEFORE_MS = 60_000;

/** A session of the sandbox's demo user; rejects with ApiProblem where the sandbox does not answer. */
export async function signInToDemo(sandboxUrl: string): Promise<Session> {
  let token = await mint(sandboxUrl);
  let renewal: Promise<DemoToken> | null = null;
  // Calls that need a new token at the same time share one.
  const renew = async (): Promise<string> => {
    renewal ??= mint(sandboxUrl).finally(() => (renewal = null));
    token = await renewal;
    return token.accessToken;
  };
  return {
    userId: token.userId,
    label: 'Demo agent',
    getToken: async () => (Date.now() < token.renewAt ? token.accessToken : renew()),
    refreshToken: async (refused) => (token.accessToken === refused ? renew() : token.accessToken),
    onEnd: () => () => undefined,
    signOut: async () => undefined,
  };
}

async function mint(sandboxUrl: string): Promise<DemoToken> {
  const response = await fetch(`${sandboxUrl}/sandbox/demo/token`, { method: 'POST' }).catch(() => null);
  if (!response?.ok) throw new ApiProblem({ code: 'network' }, response?.status ?? 0);
  const body: unknown = await response.json();
  const part = (name: string): unknown => (typeof body === 'object' && body ? Reflect.get(body, name) : null);
  const lifetime = Number(part('expires_in')) * 1000;
  return {
    accessToken: String(part('access_token')),
    userId: String(part('user_id')),
    renewAt: Date.now() + Math.max(lifetime - RENEW_BEFORE_MS, lifetime / 2),
  };
}
