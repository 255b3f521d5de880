import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { attachKeys, type TemplateFilter } from './keys';
import type { Template } from './templates';

/** The templates of a number's account that can be sent, as WhatsApp was last asked. */
export function useTemplates(phoneNumberId: string, filter: TemplateFilter) {
  const { api } = useServices();
  return useQuery({
    queryKey: attachKeys.templateList(phoneNumberId, filter),
    queryFn: async ({ signal }) => {
      const given = Object.entries(filter).filter(([, value]) => value !== '');
      const query = { phone_number_id: phoneNumberId, ...Object.fromEntries(given) };
      const answer = await bodyOf(api.GET('/api/live-chat/templates', { params: { query }, signal }));
      // Components are Meta's own and are read with care; the rest the document describes.
      return { templates: answer.templates as unknown as Template[], syncedAt: answer.synced_at };
    },
    placeholderData: keepPreviousData,
  });
}

const SYNC_TAKES_MS = 1500;
const SYNC_ROUNDS = 8;

/** Has the templates read from WhatsApp again, and loads them once that is done. */
export function useTemplateSync(phoneNumberId: string) {
  const { api } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const { synced_at: before } = await bodyOf(
        api.POST('/api/live-chat/templates/sync', { body: { phone_number_id: phoneNumberId } }),
      );
      for (let round = 0; round < SYNC_ROUNDS; round++) {
        await new Promise((resolve) => setTimeout(resolve, SYNC_TAKES_MS));
        const query = { phone_number_id: phoneNumberId };
        const { synced_at } = await bodyOf(api.GET('/api/live-chat/templates', { params: { query } }));
        if (synced_at !== before) break;
      }
      await client.invalidateQueries({ queryKey: attachKeys.templates(phoneNumberId) });
    },
  });
}
