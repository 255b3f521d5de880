import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useServices } from '../../hooks/services';
import { ApiProblem, bodyOf } from '../../lib/api';
import { newId } from '../../lib/ids';
import { keys } from '../../lib/keys';
import { notify } from '../../lib/notices';
import type { ProblemBody } from '../../lib/types';
import { teamKeys } from './keys';
import type { RuleGiven, Target } from './rule-model';
import type { CannedGiven, Invite, MacroGiven, MemberChanges } from './team-model';

// Events tell at once, but for a workspace that has no number yet: no stream follows it.
const REFRESH_MS = 60_000;
// Who is how full: it changes with each conversation, and no event says so.
const LOAD_MS = 10_000;
const WORKSPACE = '/api/live-chat/workspaces/{workspace_id}';

interface Bare {
  error?: unknown;
  response: Response;
}

/** For answers without a body; a refusal is thrown as ApiProblem. */
export async function done(asked: Promise<Bare>): Promise<void> {
  const { error, response } = await asked;
  if (response.ok) return;
  const body = typeof error === 'object' && error !== null ? (error as Partial<ProblemBody>) : {};
  throw new ApiProblem(body, response.status, response.headers);
}

export function useInvitations(workspaceId: string) {
  const { api } = useServices();
  return useQuery({
    queryKey: teamKeys.invitations(workspaceId),
    queryFn: ({ signal }) =>
      bodyOf(api.GET(`${WORKSPACE}/invitations`, { params: { path: { workspace_id: workspaceId } }, signal })),
  });
}

/** The rules of these, in their order. */
export function useRules(workspaceId: string, targets: readonly Target[]) {
  const { api } = useServices();
  return useQueries({
    queries: targets.map(({ key }) => ({
      queryKey: teamKeys.rule(workspaceId, key),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        bodyOf(
          api.GET(`${WORKSPACE}/assignment-rules/{target}`, {
            params: { path: { workspace_id: workspaceId, target: key } },
            signal,
          }),
        ),
    })),
  });
}

/** How full those are who may be given conversations, and how many wait. Admins are told. */
export function useLoad(workspaceId: string, isWanted: boolean) {
  const { api } = useServices();
  return useQuery({
    queryKey: teamKeys.load(workspaceId),
    enabled: isWanted,
    refetchInterval: LOAD_MS,
    queryFn: ({ signal }) =>
      bodyOf(api.GET(`${WORKSPACE}/assignment-load`, { params: { path: { workspace_id: workspaceId } }, signal })),
  });
}

/** Colleagues come and go while the settings are open: what is shown of the workspace is fresh, as far as events do not see to it. */
export function useFreshWorkspace(): void {
  const client = useQueryClient();
  useEffect(() => {
    const refresh = () => void client.invalidateQueries({ queryKey: keys.workspaces() });
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [client]);
}

/** One thing that is done to the workspace. All that is shown of it is asked for again, whatever came of it. */
export function useAct<Given, Answer>(act: (given: Given) => Promise<Answer>, said?: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => {
      if (said !== undefined) notify(said);
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.workspaces() }),
  });
}

/** All that can be done to a workspace, as calls. */
export function useWorkspaceCalls(workspaceId: string) {
  const { api } = useServices();
  const path = { workspace_id: workspaceId };
  const member = (userId: string) => ({ path: { ...path, user_id: userId } });
  const team = (teamId: string) => ({ path: { ...path, team_id: teamId } });
  return {
    changeWorkspace: (body: { name?: string; time_zone?: string; require_mfa?: boolean }) =>
      bodyOf(api.PATCH(WORKSPACE, { params: { path }, body })),
    changeMember: (userId: string, body: MemberChanges) =>
      bodyOf(api.PATCH(`${WORKSPACE}/members/{user_id}`, { params: member(userId), body })),
    removeMember: (userId: string, heir: string | null) =>
      done(
        api.DELETE(`${WORKSPACE}/members/{user_id}`, {
          params: { ...member(userId), query: heir === null ? {} : { hand_over_to: heir } },
        }),
      ),
    makeOwner: (userId: string) =>
      bodyOf(api.POST(`${WORKSPACE}/transfer-ownership`, { params: { path }, body: { user_id: userId } })),
    makeTeam: (name: string) =>
      bodyOf(
        api.POST(`${WORKSPACE}/teams`, { params: { path, header: { 'Idempotency-Key': newId() } }, body: { name } }),
      ),
    renameTeam: (teamId: string, name: string) =>
      bodyOf(api.PATCH(`${WORKSPACE}/teams/{team_id}`, { params: team(teamId), body: { name } })),
    deleteTeam: (teamId: string) => done(api.DELETE(`${WORKSPACE}/teams/{team_id}`, { params: team(teamId) })),
    putInTeam: (teamId: string, userId: string, isIn: boolean) => {
      const call = { params: { path: { ...path, team_id: teamId, user_id: userId } } };
      const place = `${WORKSPACE}/teams/{team_id}/members/{user_id}` as const;
      return done(isIn ? api.PUT(place, call) : api.DELETE(place, call));
    },
    invite: (key: string, body: Invite) =>
      bodyOf(api.POST(`${WORKSPACE}/invitations`, { params: { path, header: { 'Idempotency-Key': key } }, body })),
    inviteAgain: (invitationId: string) =>
      bodyOf(
        api.POST(`${WORKSPACE}/invitations/{invitation_id}/resend`, {
          params: { path: { ...path, invitation_id: invitationId } },
        }),
      ),
    revoke: (invitationId: string) =>
      done(
        api.DELETE(`${WORKSPACE}/invitations/{invitation_id}`, {
          params: { path: { ...path, invitation_id: invitationId } },
        }),
      ),
    makeLabel: (body: { name: string; colour: string; group: string | null }) =>
      bodyOf(api.POST(`${WORKSPACE}/labels`, { params: { path, header: { 'Idempotency-Key': newId() } }, body })),
    changeLabel: (labelId: string, body: { name?: string; colour?: string }) =>
      bodyOf(api.PATCH(`${WORKSPACE}/labels/{label_id}`, { params: { path: { ...path, label_id: labelId } }, body })),
    makeCanned: (body: CannedGiven) =>
      bodyOf(
        api.POST(`${WORKSPACE}/canned-replies`, { params: { path, header: { 'Idempotency-Key': newId() } }, body }),
      ),
    changeCanned: (cannedId: string, body: CannedGiven) =>
      bodyOf(
        api.PATCH(`${WORKSPACE}/canned-replies/{canned_id}`, { params: { path: { ...path, canned_id: cannedId } }, body }),
      ),
    archiveCanned: (cannedId: string) =>
      done(
        api.DELETE(`${WORKSPACE}/canned-replies/{canned_id}`, { params: { path: { ...path, canned_id: cannedId } } }),
      ),
    makeMacro: (body: MacroGiven) =>
      bodyOf(api.POST(`${WORKSPACE}/macros`, { params: { path, header: { 'Idempotency-Key': newId() } }, body })),
    changeMacro: (macroId: string, body: MacroGiven) =>
      bodyOf(api.PATCH(`${WORKSPACE}/macros/{macro_id}`, { params: { path: { ...path, macro_id: macroId } }, body })),
    archiveMacro: (macroId: string) =>
      done(api.DELETE(`${WORKSPACE}/macros/{macro_id}`, { params: { path: { ...path, macro_id: macroId } } })),
    setRule: (target: string, body: RuleGiven) =>
      bodyOf(api.PUT(`${WORKSPACE}/assignment-rules/{target}`, { params: { path: { ...path, target } }, body })),
    archiveLabel: (labelId: string) =>
      done(api.DELETE(`${WORKSPACE}/labels/{label_id}`, { params: { path: { ...path, label_id: labelId } } })),
  };
}
