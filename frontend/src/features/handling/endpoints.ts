import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { applyToCache } from '../../hooks/live-updates';
import { useServices } from '../../hooks/services';
import { type ApiClient, ApiProblem, bodyOf } from '../../lib/api';
import { dayAndHour } from '../../lib/format';
import { keys } from '../../lib/keys';
import { notify } from '../../lib/notices';
import type { Conversation, HandledConversation, Label } from '../../lib/types';
import { h } from '../../words/handling-en';
import { type AssigneeChoice, assignmentFor } from './assignee-choices';
import { lostTo } from './lost-race';
import { besideOwnWords } from './own-words';

/** What a change that went through says, and the call that makes it. */
interface Act {
  call: () => Promise<HandledConversation>;
  done: (now: Conversation) => string;
  /** What is said where things were not as the agent saw them; who was quicker and whose it is, if nothing else. */
  lost?: (now: Conversation) => string;
}

/**
 * Changes a conversation for everybody. The answer is shown at once. Where somebody else was quicker nothing is
 * changed, and the agent is told who it was and how things stand now.
 */
export function useAct() {
  const { api, userId } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ call }: Act) => call(),
    onSuccess: (answer, { done }) => {
      const conversation = showHandled(client, answer);
      // Of what changed nothing there is nothing to take back.
      const action = answer.operation_id === '' ? null : { name: h.undo, run: () => void undo(api, client, answer.operation_id) };
      notify(done(conversation), 'done', action);
    },
    onError: (error, { lost }) => {
      const now = showAsItIs(client, error);
      if (!(error instanceof ApiProblem) || now === null) return notify(error.message, 'trouble');
      notify(lost ? lost(now) : lostTo(error.body, now, userId), 'trouble');
    },
  });
}

/** Takes back what an operation changed, where it is still so; what a colleague has changed since stays theirs. */
export async function undo(api: ApiClient, client: QueryClient, operationId: string): Promise<void> {
  try {
    const { undone, skipped } = await bodyOf(api.POST('/api/live-chat/undo', { body: { operation_id: operationId } }));
    // Events tell of it as well; who undoes looks at it now.
    for (const id of undone) void client.invalidateQueries({ queryKey: keys.conversation(id), exact: true });
    const [first] = skipped;
    if (first) notify(first.changed_by ? h.notUndoneBy(first.changed_by.name ?? h.somebody) : h.notUndone, 'trouble');
    else notify(undone.length > 0 ? h.undone : h.nothingToUndo);
  } catch (error) {
    notify((error as Error).message, 'trouble');
  }
}

/** Shows what a change has made of a conversation, which the caller gets as every other answer has it. */
export function showHandled(client: QueryClient, answer: HandledConversation): Conversation {
  const conversation: Conversation & { operation_id?: string } = { ...answer };
  delete conversation.operation_id;
  applyToCache(client, { type: 'conversation.updated', message: null, conversation });
  return conversation;
}

/** Shows the conversation as it is, where the server says that it is not as the agent saw it; null where it does not. */
export function showAsItIs(client: QueryClient, error: Error): Conversation | null {
  if (!(error instanceof ApiProblem) || error.code !== 'conversation_changed') return null;
  const conversation = (error.body.conversation ?? null) as Conversation | null;
  if (conversation !== null) applyToCache(client, { type: 'conversation.updated', message: null, conversation });
  return conversation;
}

/** Gives a conversation to somebody, as long as it is still whose the agent saw. */
export function useAssign(conversation: Conversation) {
  const { api, userId } = useServices();
  const act = useAct();
  const path = { conversation_id: conversation.id };
  const expected = { assignee_id: conversation.assignee?.user_id ?? null };
  const done = ({ assignee, team }: Conversation) =>
    assignee === null ? (team === null ? h.freed : h.givenToTeam(team.name)) : h.givenTo(assignee.user_id === userId ? null : assignee.name);
  return {
    isPending: act.isPending,
    assign: (choice: AssigneeChoice) => {
      const claims = choice.kind === 'me' && expected.assignee_id === null;
      const body = { ...assignmentFor(choice, userId), expected };
      act.mutate({
        done,
        call: () =>
          bodyOf(
            claims
              ? api.POST('/api/live-chat/conversations/{conversation_id}/claim', { params: { path } })
              : api.PUT('/api/live-chat/conversations/{conversation_id}/assignment', { params: { path }, body }),
          ),
      });
    },
  };
}

type Away = { status: 'resolved' } | { status: 'snoozed'; snooze_kind: 'reply' | 'time_or_reply'; snoozed_until?: string };

/** Resolves a conversation, puts it off, or opens it again. What has been said since is never buried. */
export function useStatus(conversation: Conversation) {
  const { api, outbox } = useServices();
  const act = useAct();
  const params = { path: { conversation_id: conversation.id } };
  const route = '/api/live-chat/conversations/{conversation_id}/status';
  const lost = () => h.saidMeanwhile;
  const put = (body: Away) => {
    const pending = outbox.snapshot().filter(({ conversationId, state }) => conversationId === conversation.id && state !== 'refused');
    return besideOwnWords(api, conversation, new Set(pending.map((one) => one.clientMessageId)), (lastMessageId) =>
      bodyOf(api.PUT(route, { params, body: { ...body, expected: { last_message_id: lastMessageId } } })),
    );
  };
  return {
    isPending: act.isPending,
    resolve: (onResolved?: () => void) =>
      act.mutate(
        { lost, done: () => h.resolvedNow, call: () => put({ status: 'resolved' }) },
        onResolved && { onSuccess: onResolved },
      ),
    reopen: () => act.mutate({ done: () => h.openNow, call: () => bodyOf(api.PUT(route, { params, body: { status: 'open' } })) }),
    /** Until then or until the customer writes; null: only until they write. */
    snooze: (until: Date | null) => {
      const how =
        until === null
          ? { snooze_kind: 'reply' as const }
          : { snooze_kind: 'time_or_reply' as const, snoozed_until: until.toISOString() };
      act.mutate({
        lost,
        done: () => h.snoozedNow(until && dayAndHour(until.toISOString())),
        call: () => put({ status: 'snoozed', ...how }),
      });
    },
  };
}

/** Puts one label on a conversation, or takes it off. */
export function useLabelling(conversation: Conversation) {
  const { api } = useServices();
  const act = useAct();
  const route = '/api/live-chat/conversations/{conversation_id}/labels/{label_id}';
  return {
    isPending: act.isPending,
    label: ({ id, name }: { id: string; name: string }, isOn: boolean) => {
      const params = { path: { conversation_id: conversation.id, label_id: id } };
      act.mutate({
        done: () => (isOn ? h.labelled(name) : h.unlabelled(name)),
        call: () => bodyOf(isOn ? api.PUT(route, { params }) : api.DELETE(route, { params })),
      });
    },
  };
}

/** Makes a label of the workspace. */
export function useMakeLabel(workspaceId: string) {
  const { api } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; colour: string }): Promise<Label> =>
      bodyOf(
        api.POST('/api/live-chat/workspaces/{workspace_id}/labels', {
          params: { path: { workspace_id: workspaceId } },
          body: { ...body, group: null },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.labels(workspaceId) }),
    onError: (error) => notify(error.message, 'trouble'),
  });
}
