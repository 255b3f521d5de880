import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useServices } from '../../hooks/services';
import { ApiProblem, bodyOf } from '../../lib/api';
import { t } from '../../words/en';
import { threadKeys } from './keys';
import { Failed, Skeleton } from './thread-states';

// Between two messages there may be changes, and notes.
const AROUND = 100;

interface Props {
  conversationId: string;
  noteId: string;
  onFound: (beside: { noteId: string; messageId: string | null }) => void;
  onLatest: () => void;
}

/** Stands in the thread's place while it is looked up which message is the last before a note, or the first behind it. */
export default function BesideNote({ conversationId, noteId, onFound, onLatest }: Props) {
  const { api } = useServices();
  const { data, isError, error, refetch } = useQuery({
    queryKey: threadKeys.besideNote(conversationId, noteId),
    queryFn: async ({ signal }) => {
      const page = await bodyOf(
        api.GET('/api/live-chat/conversations/{conversation_id}/timeline', {
          params: { path: { conversation_id: conversationId }, query: { around: noteId, limit: AROUND } },
          signal,
        }),
      );
      const at = page.entries.findIndex((entry) => entry.id === noteId);
      const isMessage = ({ kind }: { kind: string }) => kind === 'message';
      const found = page.entries.slice(0, at).findLast(isMessage) ?? page.entries.find(isMessage);
      return { messageId: found?.id ?? null };
    },
  });
  useEffect(() => {
    if (data) onFound({ noteId, messageId: data.messageId });
  }, [data, noteId, onFound]);
  if (!isError) return <Skeleton />;
  const isGone = error instanceof ApiProblem && error.status === 404;
  return (
    <Failed
      error={error}
      onRetry={() => (isGone ? onLatest() : void refetch())}
      retryLabel={isGone ? t.thread.toLatest : undefined}
    />
  );
}
