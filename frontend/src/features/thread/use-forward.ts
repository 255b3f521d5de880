import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { applyToCache } from '../../hooks/live-updates';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { partOf } from '../../lib/attachments';
import { newId } from '../../lib/ids';
import type { Accepted, Conversation, Message } from '../../lib/types';
import { upload } from '../../lib/upload';
import { m } from '../../words/message-en';
import { type Forwardable, forwardable } from './forward';

const SEND_TIMEOUT_MS = 20_000;

/** Sends a message's content to another conversation. A second try with the same conversation sends nothing twice. */
export function useForward() {
  const { api, tokens } = useServices();
  const client = useQueryClient();
  const keysOf = useRef(new Map<string, string>());
  return useCallback(
    async (message: Message, to: Conversation): Promise<Accepted> => {
      const what = forwardable(message);
      if (what === null) throw new Error(m.cannotForward);
      const wish = `${message.id} ${to.id}`;
      const key = keysOf.current.get(wish) ?? newId();
      keysOf.current.set(wish, key);
      const part = what.kind === 'file' ? await uploaded(what, to.phone_number_id) : plainPart(what);
      const answer = await bodyOf(
        api.POST('/api/live-chat/send-message', {
          params: { header: { 'Idempotency-Key': key } },
          body: { phone_number_id: to.phone_number_id, conversation_id: to.id, client_message_id: key, ...part },
          signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
        }),
      );
      applyToCache(client, { type: 'message.created', ...answer });
      return answer;

      async function uploaded(file: Extract<Forwardable, { kind: 'file' }>, phoneNumberId: string) {
        const answered = await fetch(file.url);
        if (!answered.ok) throw new Error(m.unreadable);
        const blob = await answered.blob();
                const media = await upload({
          tokens,
          phoneNumberId,
          file: new File([blob], file.filename ?? file.type, { type: file.mimeType ?? blob.type }),
          kind: file.isVoice ? 'voice' : file.type,
          signal: AbortSignal.timeout(120_000),
          onProgress: () => undefined,
        });
        const more = { caption: file.caption ?? '', filename: file.filename ?? '' };
        const { type, part } = partOf(file.isVoice ? 'voice' : file.type, media.id, more);
        return { message_type: type as 'image', [type]: part };
      }
    },
    // oxlint-disable-next-line react/exhaustive-deps
    [api, client, tokens],
  );
}

function plainPart(what: Exclude<Forwardable, { kind: 'file' }>) {
  return what.kind === 'text'
    ? { message_type: 'text' as const, message: what.text }
    : { message_type: 'location' as const, location: what.place };
}
