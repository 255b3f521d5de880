import { useMutation } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { tellHearers } from '../../lib/event-hub';
import { newId } from '../../lib/ids';
import { notify } from '../../lib/notices';
import type { Note } from '../../lib/types';

/** As the event that comes as well says it: whoever is quicker shows it. */
const tell = (type: 'note.created' | 'note.updated', note: Note) => tellHearers({ type, message: null, conversation: null, data: { note } });

/** Writes a note. The same note again, after an answer that was lost, is stored once. */
export function useAddNote(conversationId: string) {
  const { api } = useServices();
  return useMutation({
    mutationFn: ({ key, ...body }: { key: string; body: string; mentions: { user_id?: string; team_id?: string }[] }) =>
      bodyOf(
        api.POST('/api/live-chat/conversations/{conversation_id}/notes', {
          params: { path: { conversation_id: conversationId }, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    onSuccess: (note) => tell('note.created', note),
  });
}

export const newNoteKey = newId;

/** Writes a note anew, as long as it is still as its author saw it. */
export function useEditNote(note: Note) {
  const { api } = useServices();
  const params = { path: { note_id: note.id } };
  return useMutation({
    mutationFn: (body: string) => bodyOf(api.PATCH('/api/live-chat/notes/{note_id}', { params, body: { body, version: note.version } })),
    onSuccess: (now) => tell('note.updated', now),
    onError: (error) => notify(error.message, 'trouble'),
  });
}

export function useDeleteNote(note: Note) {
  const { api } = useServices();
  const params = { path: { note_id: note.id } };
  return useMutation({
    mutationFn: async () => {
      const { response } = await api.DELETE('/api/live-chat/notes/{note_id}', { params });
      if (!response.ok) await bodyOf(Promise.resolve({ response }));
    },
    onSuccess: () => tell('note.updated', { ...note, body: null, mentions: [], deleted_at: new Date().toISOString(), version: note.version + 1 }),
    onError: (error) => notify(error.message, 'trouble'),
  });
}
